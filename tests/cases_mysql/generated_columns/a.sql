CREATE TABLE t (id int PRIMARY KEY, a int, b int, v int GENERATED ALWAYS AS (a + b) VIRTUAL, s int GENERATED ALWAYS AS (a * 2) STORED, w int, KEY v (v));
