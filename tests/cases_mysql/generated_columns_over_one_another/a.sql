CREATE TABLE t (id int PRIMARY KEY, a int, g1 int AS (a + 1) STORED, g2 int AS (g1 + 1) VIRTUAL, g3 int AS (g2 + 1) VIRTUAL, KEY k3 (g3));
