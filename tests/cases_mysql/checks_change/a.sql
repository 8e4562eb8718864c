CREATE TABLE t (id int PRIMARY KEY, a int, b int, CONSTRAINT a_is CHECK (a > 0), CONSTRAINT both_of CHECK (a < b));
CREATE TABLE u (id int PRIMARY KEY, v varchar(20));
