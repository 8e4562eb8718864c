CREATE TABLE p (c int, k int);
CREATE TABLE q (x int) INHERITS (p);
CREATE TABLE r (c int, k int, x int);
ALTER TABLE r INHERIT q;
