CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (id int, e e NOT NULL DEFAULT 'a', CONSTRAINT e_is_a CHECK (e <> 'b'));
CREATE INDEX t_e ON t (id) WHERE e = 'a';
CREATE VIEW v AS SELECT id, e FROM t WHERE e = 'a';
CREATE FUNCTION f(x e) RETURNS e LANGUAGE sql AS 'SELECT x';
