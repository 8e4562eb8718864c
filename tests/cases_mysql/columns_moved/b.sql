CREATE TABLE t (e date, id int PRIMARY KEY, n1 int, d text, b varchar(30) DEFAULT 'y', n2 int, a int, n3 int);
