CREATE TABLE t (id int, s date NOT NULL, e date NOT NULL);
