CREATE FUNCTION ok(int, int DEFAULT 0) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > $2';
CREATE TABLE t (a int, b int, CHECK (ok(a)), c boolean DEFAULT ok(2), d boolean DEFAULT ok(1));
CREATE VIEW v AS SELECT ok(a), b FROM t;
CREATE POLICY p ON t USING (ok(b));
