CREATE TABLE t (a text, FULLTEXT KEY f (a));
