CREATE TABLE t (id integer, total integer);
CREATE VIEW v AS SELECT id, total AS b FROM t;
CREATE VIEW w AS SELECT b AS t FROM v;
