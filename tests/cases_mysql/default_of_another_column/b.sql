CREATE TABLE t (a int, b int DEFAULT `a`, c int DEFAULT 2, d varchar(9) DEFAULT @`said`);
CREATE TABLE u (b int, a int DEFAULT (`b`));
