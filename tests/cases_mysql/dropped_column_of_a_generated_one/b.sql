CREATE TABLE t (c int, g int AS (c) VIRTUAL, h int AS (g) VIRTUAL, KEY h (h));
