CREATE TYPE c AS (a bigint, b text);
CREATE VIEW v AS SELECT (ROW (1, 'a')::c).a;
