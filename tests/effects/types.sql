CREATE SCHEMA fx;
CREATE SCHEMA fx_loaded;
ALTER SCHEMA fx_loaded OWNER TO fx_owner;
GRANT USAGE ON SCHEMA fx_loaded TO fx_reader WITH GRANT OPTION;
REVOKE CREATE ON SCHEMA fx_loaded FROM fx_owner;
COMMENT ON SCHEMA fx_loaded IS 'a schema';
CREATE EXTENSION citext SCHEMA fx VERSION '1.4';
COMMENT ON EXTENSION citext IS 'an extension';
CREATE FUNCTION fx.diff(numeric, numeric) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::double precision';
CREATE FUNCTION fx.step(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';

CREATE TYPE fx.mood AS ENUM ('sad', 'it''s', 'ok');
CREATE TYPE fx.size AS ENUM ('s', 'm', 'l');
CREATE TYPE fx.pair AS (a text COLLATE "C", b numeric(10, 2), c integer);
CREATE TYPE fx.plain AS (a integer);
CREATE DOMAIN fx.code AS varchar(10) COLLATE "C" DEFAULT 'none' NOT NULL;
ALTER DOMAIN fx.code ADD CONSTRAINT code_length CHECK (length(VALUE) > 2);
ALTER DOMAIN fx.code ADD CONSTRAINT code_loose CHECK (VALUE <> 'x') NOT VALID;
CREATE DOMAIN fx.amount AS numeric(12, 2);
-- since 14
CREATE TYPE fx.span AS RANGE (SUBTYPE = numeric, SUBTYPE_DIFF = fx.diff, MULTIRANGE_TYPE_NAME = fx.spans);
-- end
-- since 17
ALTER DOMAIN fx.amount ADD CONSTRAINT amount_needed NOT NULL;
-- end
CREATE TYPE fx.texts AS RANGE (SUBTYPE = text, SUBTYPE_OPCLASS = text_pattern_ops, COLLATION = "C");
CREATE TABLE fx.used (id integer, m fx.mood DEFAULT 'ok'::fx.mood, s fx.size, c fx.code, a fx.amount, r fx.texts,
    ms fx.mood[], CHECK (s <> 'l'::fx.size));
CREATE INDEX used_m ON fx.used (m) WHERE m <> 'sad'::fx.mood;
CREATE VIEW fx.of_used AS SELECT id, m, c, a FROM fx.used WHERE m = 'ok'::fx.mood;
COMMENT ON VIEW fx.of_used IS 'a view';
GRANT SELECT ON fx.of_used TO fx_reader;
COMMENT ON COLUMN fx.used.m IS 'mood';
GRANT SELECT (m) ON fx.used TO fx_reader;
COMMENT ON TYPE fx.mood IS 'an enum';
COMMENT ON TYPE fx.pair IS 'a composite';
COMMENT ON COLUMN fx.pair.a IS 'an attribute';
COMMENT ON TYPE fx.texts IS 'a range';
COMMENT ON DOMAIN fx.code IS 'a domain';
COMMENT ON CONSTRAINT code_length ON DOMAIN fx.code IS 'a check';
ALTER TYPE fx.mood OWNER TO fx_owner;
ALTER TYPE fx.pair OWNER TO fx_owner;
ALTER TYPE fx.texts OWNER TO fx_owner;
ALTER DOMAIN fx.code OWNER TO fx_owner;
REVOKE USAGE ON TYPE fx.mood FROM PUBLIC;
GRANT USAGE ON TYPE fx.mood TO fx_reader WITH GRANT OPTION;
REVOKE USAGE ON TYPE fx.pair FROM PUBLIC;
GRANT USAGE ON TYPE fx.pair TO fx_reader;
REVOKE USAGE ON TYPE fx.texts FROM PUBLIC;
GRANT USAGE ON DOMAIN fx.code TO fx_reader WITH GRANT OPTION;

CREATE FUNCTION fx.loaded(a integer, VARIADIC b integer[] DEFAULT '{1,2}') RETURNS SETOF integer LANGUAGE plpgsql
    STABLE STRICT LEAKPROOF SECURITY DEFINER PARALLEL RESTRICTED COST 77 ROWS 5
    SET work_mem TO '5MB' SET search_path TO 'fx', 'pg_temp'
    AS 'BEGIN RETURN NEXT a; END';
CREATE FUNCTION fx.numbered(n integer) RETURNS TABLE (x integer, y text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1, ''a''';
CREATE FUNCTION fx.window_one(integer) RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION fx.like_it(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT SUPPORT textlike_support AS 'textlike';
CREATE FUNCTION fx.in_c(text, text) RETURNS boolean LANGUAGE c IMMUTABLE STRICT AS '$libdir/citext', 'citext_eq';
-- since 14
CREATE FUNCTION fx.standard(a integer) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM fx.used WHERE id = $1; END;
CREATE PROCEDURE fx.standard_too(a integer) LANGUAGE sql BEGIN ATOMIC INSERT INTO fx.used (id) VALUES ($1); END;
-- end
CREATE PROCEDURE fx.proc_in_c(integer) LANGUAGE c AS '$libdir/citext', 'citext_eq';
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION fx.moved(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE fx.proc_moved(integer) LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION fx.loaded(integer, integer[]) IS 'a function';
ALTER FUNCTION fx.loaded(integer, integer[]) OWNER TO fx_owner;
REVOKE EXECUTE ON FUNCTION fx.loaded(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fx.loaded(integer, integer[]) TO fx_reader WITH GRANT OPTION;
CREATE PROCEDURE fx.proc(INOUT a integer, b text DEFAULT 'x') LANGUAGE plpgsql SECURITY DEFINER SET work_mem TO '6MB' AS 'BEGIN a := 1; END';
COMMENT ON PROCEDURE fx.proc(integer, text) IS 'a procedure';
ALTER PROCEDURE fx.proc(integer, text) OWNER TO fx_owner;
REVOKE EXECUTE ON PROCEDURE fx.proc(integer, text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE fx.proc(integer, text) TO fx_reader;
CREATE AGGREGATE fx.total(integer) (SFUNC = fx.step, STYPE = integer, INITCOND = '5', COMBINEFUNC = fx.step, PARALLEL = SAFE);
COMMENT ON AGGREGATE fx.total(integer) IS 'an aggregate';
ALTER AGGREGATE fx.total(integer) OWNER TO fx_owner;
REVOKE EXECUTE ON FUNCTION fx.total(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fx.total(integer) TO fx_reader;

ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner IN SCHEMA fx GRANT SELECT ON TABLES TO fx_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner IN SCHEMA fx_loaded GRANT USAGE ON SEQUENCES TO fx_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner GRANT USAGE ON SCHEMAS TO fx_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner REVOKE USAGE ON TYPES FROM PUBLIC;

CREATE TYPE fx.of_rows AS (a integer, b text);
CREATE TABLE fx.typed_rows OF fx.of_rows (a WITH OPTIONS DEFAULT 3);

-- to: schemas and extensions
ALTER SCHEMA fx_loaded OWNER TO fx_reader;
COMMENT ON SCHEMA fx_loaded IS NULL;
GRANT CREATE ON SCHEMA fx TO PUBLIC;
CREATE SCHEMA fx_more;
ALTER EXTENSION citext UPDATE;
ALTER EXTENSION citext SET SCHEMA fx_more;
COMMENT ON EXTENSION citext IS 'another';

-- to: privileges of a schema
REVOKE ALL ON SCHEMA fx_loaded FROM fx_reader;
GRANT CREATE ON SCHEMA fx_loaded TO fx_other;

-- to: types' owners, privileges, comments
ALTER TYPE fx.mood OWNER TO fx_reader;
ALTER TYPE fx.pair OWNER TO fx_reader;
ALTER TYPE fx.texts OWNER TO fx_reader;
ALTER DOMAIN fx.code OWNER TO fx_other;
COMMENT ON TYPE fx.mood IS NULL;
COMMENT ON TYPE fx.pair IS NULL;
COMMENT ON COLUMN fx.pair.a IS NULL;
COMMENT ON TYPE fx.texts IS NULL;
COMMENT ON DOMAIN fx.code IS NULL;
COMMENT ON CONSTRAINT code_length ON DOMAIN fx.code IS NULL;
GRANT USAGE ON TYPE fx.mood TO PUBLIC;
GRANT USAGE ON TYPE fx.pair TO PUBLIC;
GRANT USAGE ON TYPE fx.texts TO fx_reader;
REVOKE USAGE ON DOMAIN fx.code FROM PUBLIC;

-- to: labels added
ALTER TYPE fx.mood ADD VALUE 'good' BEFORE 'ok';
ALTER TYPE fx.mood ADD VALUE 'best';
ALTER TYPE fx.mood ADD VALUE 'worst' BEFORE 'sad';

-- to: labels removed
DROP VIEW fx.of_used;
DROP INDEX fx.used_m;
ALTER TABLE fx.used ALTER m DROP DEFAULT;
ALTER TYPE fx.mood RENAME TO mood_old;
CREATE TYPE fx.mood AS ENUM ('ok', 'sad');
ALTER TABLE fx.used ALTER m TYPE fx.mood USING m::text::fx.mood, ALTER ms TYPE fx.mood[] USING ms::text::fx.mood[];
DROP TYPE fx.mood_old;
ALTER TABLE fx.used ALTER m SET DEFAULT 'ok'::fx.mood;
CREATE INDEX used_m ON fx.used (m) WHERE m <> 'sad'::fx.mood;
CREATE VIEW fx.of_used AS SELECT id, m, c, a FROM fx.used WHERE m = 'ok'::fx.mood;

-- to: domains
ALTER DOMAIN fx.code SET DEFAULT 'some';
ALTER DOMAIN fx.code DROP NOT NULL;
ALTER DOMAIN fx.code VALIDATE CONSTRAINT code_loose;
ALTER DOMAIN fx.code ADD CONSTRAINT code_more CHECK (VALUE <> 'y');
ALTER DOMAIN fx.amount SET DEFAULT 3;
-- since 17
ALTER DOMAIN fx.amount DROP CONSTRAINT amount_needed;
ALTER DOMAIN fx.amount ADD CONSTRAINT amount_wanted NOT NULL;
-- end

-- to: domains' checks anew
ALTER DOMAIN fx.code DROP DEFAULT;
ALTER DOMAIN fx.code DROP CONSTRAINT code_length;
ALTER DOMAIN fx.code ADD CONSTRAINT code_length CHECK (length(VALUE) > 3);
ALTER DOMAIN fx.code DROP CONSTRAINT code_loose;

-- to: another base type
DROP VIEW fx.of_used;
ALTER TABLE fx.used DROP c, DROP a;
DROP DOMAIN fx.code;
DROP DOMAIN fx.amount;
CREATE DOMAIN fx.code AS varchar(20) COLLATE "POSIX" DEFAULT 'none' CONSTRAINT code_length CHECK (length(VALUE) > 2);
CREATE DOMAIN fx.amount AS text;
ALTER TABLE fx.used ADD c fx.code, ADD a fx.amount;
CREATE VIEW fx.of_used AS SELECT id, m, c, a FROM fx.used WHERE m = 'ok'::fx.mood;

-- to: a composite that tables are of
ALTER TYPE fx.of_rows ALTER ATTRIBUTE a TYPE bigint CASCADE, DROP ATTRIBUTE b CASCADE, ADD ATTRIBUTE c date CASCADE;

-- to: composites
ALTER TYPE fx.pair ADD ATTRIBUTE d text COLLATE "C";
ALTER TYPE fx.pair DROP ATTRIBUTE c;
ALTER TYPE fx.pair ALTER ATTRIBUTE a TYPE varchar(10) COLLATE "POSIX";
ALTER TYPE fx.pair ALTER ATTRIBUTE b TYPE numeric;

-- to: ranges
-- since 14
DROP TYPE fx.span;
CREATE TYPE fx.span AS RANGE (SUBTYPE = numeric, MULTIRANGE_TYPE_NAME = fx.more_spans);
-- end
ALTER TABLE fx.used DROP r;
DROP TYPE fx.texts;
CREATE TYPE fx.texts AS RANGE (SUBTYPE = varchar, COLLATION = "POSIX");
ALTER TABLE fx.used ADD r fx.texts;

-- to: routines
CREATE OR REPLACE FUNCTION fx.loaded(a integer, VARIADIC b integer[] DEFAULT '{1}') RETURNS SETOF integer LANGUAGE sql
    IMMUTABLE PARALLEL SAFE COST 7 ROWS 6 SET work_mem TO '7MB' AS 'SELECT 2';
COMMENT ON FUNCTION fx.loaded(integer, integer[]) IS NULL;
ALTER FUNCTION fx.loaded(integer, integer[]) OWNER TO fx_reader;
CREATE OR REPLACE PROCEDURE fx.proc(INOUT a integer, b text DEFAULT 'y') LANGUAGE sql AS 'SELECT 1';
COMMENT ON PROCEDURE fx.proc(integer, text) IS NULL;
ALTER PROCEDURE fx.proc(integer, text) OWNER TO fx_reader;
COMMENT ON AGGREGATE fx.total(integer) IS NULL;
ALTER AGGREGATE fx.total(integer) OWNER TO fx_reader;
CREATE OR REPLACE FUNCTION fx.like_it(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE AS 'texticlike';
CREATE OR REPLACE FUNCTION fx.in_c(text, text) RETURNS boolean LANGUAGE c AS '$libdir/citext', 'citext_ne';
-- since 14
CREATE OR REPLACE FUNCTION fx.standard(a integer) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM fx.used WHERE id > $1; END;
CREATE OR REPLACE PROCEDURE fx.standard_too(a integer) LANGUAGE sql BEGIN ATOMIC INSERT INTO fx.used (id) VALUES ($1 + 1); END;
-- end

-- to: libraries and transforms
CREATE OR REPLACE FUNCTION fx.in_c(text, text) RETURNS boolean LANGUAGE c IMMUTABLE STRICT AS '$libdir/hstore', 'hstore_eq';
CREATE OR REPLACE PROCEDURE fx.proc_in_c(integer) LANGUAGE c AS '$libdir/hstore', 'hstore_eq';
CREATE OR REPLACE FUNCTION fx.moved(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT 1';
CREATE OR REPLACE PROCEDURE fx.proc_moved(integer) LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT 1';

-- to: privileges of routines
GRANT EXECUTE ON FUNCTION fx.loaded(integer, integer[]) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION fx.loaded(integer, integer[]) FROM fx_reader;
GRANT EXECUTE ON PROCEDURE fx.proc(integer, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION fx.total(integer) TO PUBLIC;

-- to: routines anew
DROP FUNCTION fx.loaded(integer, integer[]);
CREATE FUNCTION fx.loaded(renamed integer, VARIADIC b integer[]) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
DROP PROCEDURE fx.proc(integer, text);
CREATE PROCEDURE fx.proc(INOUT other integer, b text) LANGUAGE plpgsql AS 'BEGIN other := 1; END';
DROP AGGREGATE fx.total(integer);
CREATE AGGREGATE fx.total(named integer) (SFUNC = fx.step, STYPE = integer);
DROP FUNCTION fx.numbered(integer);
CREATE FUNCTION fx.numbered(n integer) RETURNS TABLE (x integer) LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION fx.window_one(integer);
CREATE FUNCTION fx.window_one(integer) RETURNS bigint LANGUAGE internal AS 'int48';

-- to: default privileges
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner IN SCHEMA fx REVOKE SELECT ON TABLES FROM fx_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner IN SCHEMA fx GRANT INSERT ON TABLES TO fx_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner GRANT SELECT ON TABLES TO fx_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE fx_owner GRANT CREATE ON SCHEMAS TO fx_reader WITH GRANT OPTION;

-- to: a schema with default privileges goes
DROP SCHEMA fx_loaded;
