-- Schemas, extensions, types, routines, aggregates, default privileges: every attribute set once. PostgreSQL 15 and later.
CREATE SCHEMA s; COMMENT ON SCHEMA s IS E'two\nlines';
CREATE SCHEMA "odd.s""q";
GRANT USAGE ON SCHEMA s TO pg_monitor;
CREATE EXTENSION hstore SCHEMA s;

CREATE TYPE s.color AS ENUM ('red', 'green'); ALTER TYPE s.color ADD VALUE 'blue' BEFORE 'green';
COMMENT ON TYPE s.color IS 'a color';
REVOKE USAGE ON TYPE s.color FROM PUBLIC; GRANT USAGE ON TYPE s.color TO pg_monitor WITH GRANT OPTION;
CREATE DOMAIN s.d AS varchar(10) COLLATE "C" DEFAULT 'x' NOT NULL
    CONSTRAINT chk CHECK (VALUE <> '') CHECK (length(VALUE) < 9);
COMMENT ON CONSTRAINT chk ON DOMAIN s.d IS 'never empty'; COMMENT ON DOMAIN s.d IS 'a domain';
CREATE DOMAIN s.of_domain AS s.d; ALTER DOMAIN s.of_domain ADD CONSTRAINT nv CHECK (VALUE <> 'q') NOT VALID;
CREATE DOMAIN s.named AS int CONSTRAINT mine NOT NULL;
CREATE DOMAIN s.many AS s.color[];
CREATE TYPE s.comp AS (a int, b s.color[], c text COLLATE "C", "Odd" numeric(10,2));
COMMENT ON COLUMN s.comp.a IS 'first'; COMMENT ON TYPE s.comp IS 'composite';
CREATE FUNCTION s.difference(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE s.floats AS RANGE (subtype = float8, subtype_diff = s.difference);
CREATE TYPE s.texts AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops,
    multirange_type_name = "odd.s""q"."Many ""texts""");

CREATE FUNCTION s.f(a int, b text DEFAULT 'it''s', OUT c int, VARIADIC d int[] DEFAULT '{}')
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 5
    SET search_path = '', "$user", "A,b" SET work_mem = '4MB' SET "my.own" = 'it''s\' SET datestyle = 'ISO, MDY' AS $$
BEGIN c := a; END;
$$;
COMMENT ON FUNCTION s.f IS 'a function';
REVOKE ALL ON FUNCTION s.f FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f TO pg_monitor;
CREATE FUNCTION s.rows(int, s.color) RETURNS TABLE (x int, y s.comp) LANGUAGE sql ROWS 7
    BEGIN ATOMIC SELECT 1, NULL::s.comp; END;
CREATE FUNCTION s.defaults(int, inout b int DEFAULT 1 + 1, c s.color DEFAULT 'red') LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.symbol(internal) RETURNS internal LANGUAGE internal AS 'boolin';
CREATE FUNCTION s.win() RETURNS int8 LANGUAGE internal WINDOW AS 'window_row_number' SUPPORT pg_catalog.window_row_number_support;
CREATE PROCEDURE s.p(INOUT a int) LANGUAGE plpgsql AS 'BEGIN a := 1; END';

CREATE FUNCTION s.plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION s."dec"(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE AGGREGATE s.total(int) (sfunc = s.plus, stype = int, sspace = 8, initcond = '0', finalfunc = int4abs, combinefunc = s.plus,
    finalfunc_modify = shareable, msfunc = s.plus, minvfunc = s."dec", mstype = int, msspace = 9, minitcond = '1', mfinalfunc = int4abs,
    mfinalfunc_modify = read_write, sortop = operator(pg_catalog.<), parallel = safe);
COMMENT ON AGGREGATE s.total(int) IS 'an aggregate';
CREATE AGGREGATE s.parts(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg, combinefunc = numeric_avg_combine,
    serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize);
CREATE AGGREGATE s.ordered(float8 ORDER BY anyelement)
    (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
CREATE AGGREGATE s.hypo(VARIADIC "any" ORDER BY VARIADIC "any")
    (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);

ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor IN SCHEMA s GRANT ALL ON FUNCTIONS TO pg_read_all_data WITH GRANT OPTION;
