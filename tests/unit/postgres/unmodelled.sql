-- What the model does not cover, one of each. PostgreSQL 15 and later.
CREATE SCHEMA s;
CREATE EXTENSION hstore SCHEMA s;
CREATE TYPE s.color AS ENUM ('red', 'green');
CREATE TABLE s.tab (id int PRIMARY KEY, col s.color, note text);
CREATE VIEW s.v AS SELECT 1 AS a;
CREATE TYPE s.floats AS RANGE (subtype = float8);
CREATE DOMAIN s.positive AS int NOT NULL;
CREATE FUNCTION s.less(int, numeric) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1::numeric < $2';
CREATE FUNCTION s.to_color(int) RETURNS s.color LANGUAGE sql AS $$SELECT 'red'::s.color$$;
CREATE FUNCTION s.trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION s.evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';

CREATE OPERATOR s.=== (leftarg = int, rightarg = int, function = int4eq, commutator = operator(s.===));
CREATE OPERATOR s.<<< (leftarg = int, rightarg = numeric, function = s.less);
CREATE OPERATOR CLASS s.opc FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
    OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
ALTER OPERATOR FAMILY integer_ops USING btree ADD OPERATOR 1 s.<<< (int, numeric);
CREATE CAST (int AS s.color) WITH FUNCTION s.to_color(int) AS ASSIGNMENT;
CREATE COLLATION s.coll FROM "C"; COMMENT ON COLLATION s.coll IS 'a collation';
CREATE CONVERSION s.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH CONFIGURATION s.tsc (copy = simple);
CREATE TEXT SEARCH DICTIONARY s.tsd (template = simple, stopwords = english);
ALTER TEXT SEARCH CONFIGURATION s.tsc ALTER MAPPING FOR asciiword WITH s.tsd;
CREATE TEXT SEARCH TEMPLATE s.tst (lexize = dsimple_lexize);
CREATE TEXT SEARCH PARSER s.tsp (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
CREATE TRANSFORM FOR s.color LANGUAGE other (FROM SQL WITH FUNCTION pg_catalog.varchar_support(internal));
CREATE TYPE s.shell;
CREATE TYPE s.base;
CREATE FUNCTION s.base_in(cstring) RETURNS s.base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION s.base_out(s.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE s.base (input = s.base_in, output = s.base_out, like = int);

CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'b');
CREATE SERVER srv FOREIGN DATA WRAPPER w OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (password 'tell-nobody');
CREATE FOREIGN TABLE s.ft (a int OPTIONS (x 'y') NOT NULL DEFAULT 3, b s.color CHECK (b <> 'red')) SERVER srv OPTIONS (t 'u');
CREATE TRIGGER t BEFORE INSERT ON s.ft FOR EACH ROW EXECUTE FUNCTION s.trg();
CREATE STATISTICS s.st ON a, b FROM s.ft;

CREATE EVENT TRIGGER et ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION s.evt();
CREATE PUBLICATION pub FOR TABLE s.tab (id) WHERE (id > 3);
CREATE PUBLICATION pubs FOR TABLES IN SCHEMA s;
CREATE SUBSCRIPTION sub CONNECTION 'host=x password=tell-nobody' PUBLICATION p WITH (connect = false, slot_name = none);

ALTER FUNCTION s.trg() DEPENDS ON EXTENSION hstore;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;
GRANT SELECT ON pg_catalog.pg_authid TO pg_monitor;
GRANT SELECT (rolname) ON pg_catalog.pg_authid TO pg_monitor;
REVOKE SELECT ON information_schema.tables FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION s.hstore_to_json(s.hstore) FROM PUBLIC;
GRANT USAGE ON TYPE s.tab TO pg_monitor;
GRANT SELECT (tableoid) ON s.tab TO pg_monitor;
COMMENT ON TYPE s.floats_multirange IS 'x';
COMMENT ON RULE "_RETURN" ON s.v IS 'x';
