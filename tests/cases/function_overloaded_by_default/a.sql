CREATE FUNCTION ok(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE TABLE t (a int, b int, CHECK (ok(a)), c boolean DEFAULT ok(1), d boolean DEFAULT ok(1));
CREATE VIEW v AS SELECT ok(a) FROM t;
CREATE POLICY p ON t USING (ok(a));
