CREATE TABLE t (a int, b int DEFAULT 1, c int DEFAULT `a`);
CREATE TABLE u (a int);
