CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10), KEY f ((a + 1)), KEY h (b));
