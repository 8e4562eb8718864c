CREATE TABLE t (id int PRIMARY KEY, a text, b text, c int, FULLTEXT KEY a (a), FULLTEXT KEY b (b), FULLTEXT KEY ab (a, b));
