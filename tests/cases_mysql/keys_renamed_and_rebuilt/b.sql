CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(300), c int, KEY uno (a), KEY two (c), KEY three (b(40)), KEY four (a) COMMENT 'it''s', KEY swap2 (a, c), KEY swap1 (c, a));
