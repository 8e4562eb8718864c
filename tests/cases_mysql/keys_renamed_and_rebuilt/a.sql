CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(300), c int, KEY one (a), UNIQUE KEY two (c), KEY three (b(20)), KEY swap1 (a, c), KEY swap2 (c, a));
