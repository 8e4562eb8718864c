CREATE TABLE p (c text, k int);
CREATE TABLE q (x int) INHERITS (p);
CREATE TABLE r (c int, k int, x int);
