CREATE TABLE other (t int);
