CREATE TABLE t (a int, g int AS (a) VIRTUAL, h int AS (g) VIRTUAL, KEY h (h));
