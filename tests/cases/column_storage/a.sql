CREATE TABLE t (a text, n numeric, l text[]);
