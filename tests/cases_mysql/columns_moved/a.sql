CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20) NOT NULL DEFAULT 'x', c int, d text, e date);
