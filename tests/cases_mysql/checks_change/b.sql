CREATE TABLE t (id int PRIMARY KEY, b int, c int, CONSTRAINT b_is CHECK (b > 0));
CREATE TABLE u (id int PRIMARY KEY, v varchar(20), CONSTRAINT a_is CHECK (v <> 'it''s \\ x'));
