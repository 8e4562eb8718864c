CREATE TABLE p (a int);
CREATE TABLE q (a int);
CREATE TABLE c (b int) INHERITS (q, p);
