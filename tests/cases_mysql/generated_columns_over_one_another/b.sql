CREATE TABLE t (id int PRIMARY KEY, a int, g1 int AS (a + 2) VIRTUAL, g2 int AS (g1 * 2) STORED, g3 varchar(20) AS (concat(g2, 'x')) VIRTUAL, KEY k3 (g3(5), g1));
