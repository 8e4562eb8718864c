CREATE TABLE t (id integer, total integer);
CREATE VIEW v AS SELECT id, total AS a FROM t;
CREATE VIEW w AS SELECT a AS t FROM v;
