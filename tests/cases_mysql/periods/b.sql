CREATE TABLE t (id int, s date NOT NULL, e date NOT NULL, PERIOD FOR p (s, e), UNIQUE KEY k (id, p WITHOUT OVERLAPS));
