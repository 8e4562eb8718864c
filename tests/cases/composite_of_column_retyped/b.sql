CREATE TYPE c AS (a bigint, b text);
CREATE TABLE t (id int, x c DEFAULT ROW (1, 'a')::c, y c[]);
CREATE INDEX t_a ON t (((x).a));
CREATE VIEW v AS SELECT x, (x).a FROM t;
