CREATE TYPE c AS (a int, b text);
CREATE VIEW v AS SELECT (ROW (1, 'a')::c).a;
