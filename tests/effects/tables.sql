CREATE ACCESS METHOD fx_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE SCHEMA fx;
GRANT USAGE ON SCHEMA fx TO PUBLIC;
CREATE FUNCTION fx.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION fx.touch2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
CREATE TYPE fx.row_type AS (id integer, label text);
CREATE DOMAIN fx.positive AS integer CHECK (VALUE > 0);

CREATE TABLE fx.target (id integer NOT NULL, code text COLLATE "C" NOT NULL, UNIQUE (id, code), PRIMARY KEY (id));
ALTER TABLE fx.target OWNER TO fx_owner;

CREATE UNLOGGED TABLE fx.loaded (
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME fx.loaded_ids START 10 INCREMENT 5 MINVALUE 5 MAXVALUE 99999 CACHE 7 CYCLE),
    code varchar(20) COLLATE "C" DEFAULT 'none' NOT NULL,
    label text COLLATE "POSIX" DEFAULT lower('LABEL'),
    ref integer,
    ref_code text COLLATE "C",
    amount numeric(10, 2) DEFAULT 1.5 NOT NULL,
    doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
    tags text[] DEFAULT '{}' NOT NULL,
    at tstzrange DEFAULT 'empty',
    plain_one integer,
    CONSTRAINT loaded_pkey PRIMARY KEY (id) INCLUDE (amount) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT loaded_unique UNIQUE (code, ref) INCLUDE (label) WITH (fillfactor = 80),
    CONSTRAINT loaded_check CHECK (amount > 0) NO INHERIT,
    CONSTRAINT loaded_fk FOREIGN KEY (ref, ref_code) REFERENCES fx.target (id, code) MATCH FULL
        ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT loaded_exclusion EXCLUDE USING gist (at WITH &&) WITH (fillfactor = 60) WHERE (amount > 3) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 75, autovacuum_enabled = false, toast.autovacuum_enabled = false, toast_tuple_target = 1000);
ALTER TABLE fx.loaded ADD CONSTRAINT loaded_not_valid CHECK (ref > 0) NOT VALID;
ALTER TABLE fx.loaded ADD CONSTRAINT loaded_fk_not_valid FOREIGN KEY (plain_one) REFERENCES fx.target NOT VALID;
COMMENT ON TABLE fx.loaded IS 'a table; it''s
loaded';
COMMENT ON COLUMN fx.loaded.code IS 'the code';
COMMENT ON COLUMN fx.loaded.label IS 'the label';
COMMENT ON COLUMN fx.loaded.amount IS 'the amount';
COMMENT ON CONSTRAINT loaded_pkey ON fx.loaded IS 'the key';
COMMENT ON INDEX fx.loaded_pkey IS 'the key''s index';
COMMENT ON CONSTRAINT loaded_unique ON fx.loaded IS 'the unique';
COMMENT ON INDEX fx.loaded_unique IS 'the unique''s index';
COMMENT ON CONSTRAINT loaded_check ON fx.loaded IS 'the check';
COMMENT ON CONSTRAINT loaded_fk ON fx.loaded IS 'the foreign key';
COMMENT ON CONSTRAINT loaded_exclusion ON fx.loaded IS 'the exclusion';
COMMENT ON INDEX fx.loaded_exclusion IS 'the exclusion''s index';
COMMENT ON SEQUENCE fx.loaded_ids IS 'the numbers';
ALTER TABLE fx.loaded ALTER code SET STORAGE EXTERNAL, ALTER code SET STATISTICS 55, ALTER code SET COMPRESSION pglz,
    ALTER code SET (n_distinct = 5, n_distinct_inherited = 7), ALTER label SET STORAGE MAIN, ALTER label SET STATISTICS 66,
    ALTER label SET COMPRESSION pglz, ALTER label SET (n_distinct = -0.5),
    ALTER amount SET STORAGE PLAIN, ALTER amount SET STATISTICS 77, ALTER amount SET (n_distinct = 9);
CREATE UNIQUE INDEX loaded_identity ON fx.loaded USING btree (code text_pattern_ops DESC NULLS LAST, amount) INCLUDE (ref) WITH (fillfactor = 55);
CREATE INDEX loaded_expression ON fx.loaded USING btree (lower(code) COLLATE "C" text_pattern_ops DESC, (amount + 1), label COLLATE "C" NULLS FIRST)
    WITH (deduplicate_items = off) WHERE amount > 5 AND code <> '';
ALTER INDEX fx.loaded_expression ALTER COLUMN 1 SET STATISTICS 88;
ALTER INDEX fx.loaded_expression ALTER COLUMN 2 SET STATISTICS 99;
CREATE INDEX loaded_gist ON fx.loaded USING gist (at) WITH (fillfactor = 50, buffering = off);
CREATE INDEX loaded_tsv ON fx.loaded USING gist (to_tsvector('simple', code) tsvector_ops (siglen = 100));
CREATE UNIQUE INDEX loaded_clustered ON fx.loaded (label NULLS FIRST);
COMMENT ON INDEX fx.loaded_expression IS 'the expression';
COMMENT ON INDEX fx.loaded_identity IS 'the identity';
ALTER TABLE fx.loaded REPLICA IDENTITY USING INDEX loaded_identity;
ALTER TABLE fx.loaded CLUSTER ON loaded_clustered;
ALTER TABLE fx.loaded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE STATISTICS fx.loaded_stats (ndistinct, dependencies, mcv) ON code, (amount * 3), label FROM fx.loaded;
ALTER STATISTICS fx.loaded_stats SET STATISTICS 44;
ALTER STATISTICS fx.loaded_stats OWNER TO fx_owner;
COMMENT ON STATISTICS fx.loaded_stats IS 'the statistics';
CREATE POLICY loaded_policy ON fx.loaded AS RESTRICTIVE FOR UPDATE TO fx_reader, fx_other USING (amount > 1) WITH CHECK (amount > 2);
CREATE POLICY loaded_reads ON fx.loaded FOR SELECT USING (true);
COMMENT ON POLICY loaded_policy ON fx.loaded IS 'the policy';
CREATE TRIGGER loaded_trigger BEFORE INSERT OR UPDATE OF code, label ON fx.loaded
    FOR EACH ROW WHEN (NEW.amount > 1) EXECUTE FUNCTION fx.touch('a''b', 'c');
CREATE TRIGGER loaded_tables AFTER DELETE ON fx.loaded REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION fx.touch();
CREATE CONSTRAINT TRIGGER loaded_constraint AFTER INSERT ON fx.loaded FROM fx.target DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fx.touch();
COMMENT ON TRIGGER loaded_trigger ON fx.loaded IS 'the trigger';
ALTER TABLE fx.loaded ENABLE ALWAYS TRIGGER loaded_trigger, ENABLE REPLICA TRIGGER loaded_constraint, DISABLE TRIGGER loaded_tables;
CREATE RULE loaded_rule AS ON DELETE TO fx.loaded WHERE OLD.amount > 8 DO INSTEAD NOTHING;
COMMENT ON RULE loaded_rule ON fx.loaded IS 'the rule';
ALTER TABLE fx.loaded ENABLE REPLICA RULE loaded_rule;
ALTER TABLE fx.loaded OWNER TO fx_owner;
REVOKE TRUNCATE, TRIGGER ON fx.loaded FROM fx_owner;
GRANT SELECT, INSERT ON fx.loaded TO fx_reader WITH GRANT OPTION;
GRANT UPDATE ON fx.loaded TO PUBLIC;
SET ROLE fx_reader; GRANT SELECT ON fx.loaded TO "fx odd""role"; RESET ROLE;
GRANT SELECT (code), UPDATE (code) ON fx.loaded TO fx_other;
GRANT REFERENCES (label) ON fx.loaded TO fx_reader WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE fx.loaded_ids TO fx_reader;


CREATE SEQUENCE fx.free AS smallint START 3 INCREMENT -2 MINVALUE -300 MAXVALUE 300 CACHE 4 CYCLE;
-- since 15
CREATE UNLOGGED SEQUENCE fx.faint;
-- end
CREATE SEQUENCE fx.loose;
ALTER SEQUENCE fx.loose OWNER TO fx_owner;
COMMENT ON SEQUENCE fx.free IS 'a sequence';
ALTER SEQUENCE fx.free OWNER TO fx_owner;
GRANT SELECT ON SEQUENCE fx.free TO fx_reader WITH GRANT OPTION;
REVOKE UPDATE ON SEQUENCE fx.free FROM fx_owner;
CREATE TABLE fx.serial (n serial NOT NULL, m smallserial, extra integer);
ALTER TABLE fx.serial OWNER TO fx_owner;
COMMENT ON SEQUENCE fx.serial_n_seq IS 'of a serial';
GRANT USAGE ON SEQUENCE fx.serial_n_seq TO fx_reader;
CREATE TABLE fx.typed OF fx.row_type (id WITH OPTIONS DEFAULT 3 NOT NULL, PRIMARY KEY (id));
CREATE TABLE fx.untyped (id integer, label text);
CREATE TABLE fx.many (a integer, b integer, c text, d text, e fx.positive, f integer, g integer);
ALTER TABLE fx.many REPLICA IDENTITY FULL;
CREATE INDEX many_nulls ON fx.many (a, b);
CREATE TABLE fx.marked (a integer NOT NULL, b integer PRIMARY KEY, c integer NOT NULL UNIQUE, d integer);
CREATE INDEX marked_d ON fx.marked (d);
ALTER TABLE fx.marked CLUSTER ON marked_pkey;
ALTER TABLE fx.marked REPLICA IDENTITY USING INDEX marked_c_key;
COMMENT ON CONSTRAINT marked_c_key ON fx.marked IS 'the key of the replica';
-- since 15
CREATE UNIQUE INDEX many_distinct ON fx.many (a) NULLS NOT DISTINCT;
ALTER TABLE fx.many ADD CONSTRAINT many_unique UNIQUE NULLS NOT DISTINCT (b, c) DEFERRABLE;
ALTER TABLE fx.target ADD CONSTRAINT target_set_null FOREIGN KEY (id, code) REFERENCES fx.target (id, code) ON DELETE SET NULL (code);
-- end
-- since 18
CREATE TABLE fx.spans (
    whole int4range, during daterange,
    CONSTRAINT spans_pkey PRIMARY KEY (whole, during),
    CONSTRAINT spans_unique UNIQUE (during, whole),
    CONSTRAINT spans_fk FOREIGN KEY (whole, during) REFERENCES fx.spans
);
CREATE TABLE fx.newer (
    id integer CONSTRAINT named NOT NULL NO INHERIT,
    other integer CONSTRAINT other_named NOT NULL,
    third integer NOT NULL,
    fourth integer,
    fifth integer,
    virtual integer GENERATED ALWAYS AS (id + 1) VIRTUAL,
    during daterange,
    CONSTRAINT newer_loose CHECK (other > 1) NOT ENFORCED,
    CONSTRAINT newer_fk FOREIGN KEY (other) REFERENCES fx.target NOT ENFORCED,
    CONSTRAINT newer_fk_held FOREIGN KEY (third) REFERENCES fx.target DEFERRABLE
);
ALTER TABLE fx.newer ADD CONSTRAINT fourth_named NOT NULL fourth NOT VALID;
COMMENT ON CONSTRAINT other_named ON fx.newer IS 'not null';
COMMENT ON CONSTRAINT newer_third_not_null ON fx.newer IS 'of the third';
-- end

-- to: table attributes
ALTER TABLE fx.loaded SET LOGGED;
ALTER TABLE fx.loaded RESET (fillfactor, autovacuum_enabled, toast.autovacuum_enabled), SET (toast_tuple_target = 900, toast.vacuum_truncate = off);
ALTER TABLE fx.loaded REPLICA IDENTITY NOTHING, SET WITHOUT CLUSTER, DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE fx.loaded IS NULL;
ALTER TABLE fx.many REPLICA IDENTITY DEFAULT;
ALTER TABLE fx.many SET (fillfactor = 50);
ALTER TABLE fx.marked CLUSTER ON marked_d, REPLICA IDENTITY FULL;
ALTER TABLE fx.typed NOT OF;
ALTER TABLE fx.untyped OF fx.row_type;

-- to: owner and privileges
ALTER TABLE fx.loaded OWNER TO fx_reader;
ALTER TABLE fx.serial OWNER TO fx_other;
ALTER TABLE fx.target OWNER TO postgres;
ALTER STATISTICS fx.loaded_stats OWNER TO fx_other;
ALTER SEQUENCE fx.free OWNER TO fx_reader;
GRANT ALL ON fx.target TO fx_other;

-- to: privileges of a table with columns'
REVOKE SELECT, UPDATE ON fx.loaded FROM PUBLIC;
REVOKE SELECT ON fx.loaded FROM fx_reader CASCADE;
GRANT SELECT ON fx.loaded TO fx_other;
GRANT TRIGGER, TRUNCATE ON fx.loaded TO fx_owner;
GRANT SELECT (code), UPDATE (code) ON fx.loaded TO fx_other;

-- to: privileges that others gave
REVOKE INSERT ON fx.loaded FROM fx_reader CASCADE;
REVOKE GRANT OPTION FOR SELECT ON fx.loaded FROM fx_reader CASCADE;
REVOKE ALL ON fx.loaded FROM fx_owner;
REVOKE SELECT (code) ON fx.loaded FROM fx_other;
REVOKE GRANT OPTION FOR REFERENCES (label) ON fx.loaded FROM fx_reader;
GRANT INSERT (ref), SELECT (amount) ON fx.loaded TO PUBLIC;
REVOKE USAGE ON SEQUENCE fx.loaded_ids FROM fx_reader;
REVOKE ALL ON SEQUENCE fx.free FROM fx_reader;
GRANT ALL ON SEQUENCE fx.free TO fx_owner;

-- to: column attributes
ALTER TABLE fx.loaded ALTER code SET STORAGE EXTENDED, ALTER code SET STATISTICS -1, ALTER code SET COMPRESSION DEFAULT,
    ALTER code RESET (n_distinct, n_distinct_inherited), ALTER code SET DEFAULT 'other',
    ALTER label SET STORAGE EXTERNAL, ALTER label SET STATISTICS 6, ALTER label SET (n_distinct = -0.25),
    ALTER label DROP DEFAULT, ALTER label SET NOT NULL,
    ALTER amount SET STORAGE MAIN, ALTER amount RESET (n_distinct), ALTER tags DROP NOT NULL;
COMMENT ON COLUMN fx.loaded.code IS 'another';
COMMENT ON COLUMN fx.loaded.label IS NULL;
COMMENT ON COLUMN fx.loaded.ref IS 'a new one';
ALTER TABLE fx.loaded ALTER doubled DROP EXPRESSION;
ALTER TABLE fx.loaded ALTER ref SET DEFAULT 7;
-- since 17
ALTER TABLE fx.many ADD h integer GENERATED ALWAYS AS (a + 1) STORED;
-- end

-- to: types
DROP TRIGGER loaded_trigger ON fx.loaded;
DROP POLICY loaded_policy ON fx.loaded;
ALTER TABLE fx.loaded ALTER code TYPE varchar(40) COLLATE "POSIX", ALTER label TYPE varchar(50) COLLATE "C";
CREATE TRIGGER loaded_trigger BEFORE INSERT OR UPDATE OF code, label ON fx.loaded
    FOR EACH ROW WHEN (NEW.amount > 1) EXECUTE FUNCTION fx.touch('a''b', 'c');
COMMENT ON TRIGGER loaded_trigger ON fx.loaded IS 'the trigger';
ALTER TABLE fx.loaded ENABLE ALWAYS TRIGGER loaded_trigger;
CREATE POLICY loaded_policy ON fx.loaded AS RESTRICTIVE FOR UPDATE TO fx_reader, fx_other USING (amount > 1) WITH CHECK (amount > 2);
COMMENT ON POLICY loaded_policy ON fx.loaded IS 'the policy';
ALTER TABLE fx.loaded ALTER id TYPE integer;
ALTER TABLE fx.loaded ALTER tags TYPE varchar(5)[];
ALTER TABLE fx.marked ALTER c TYPE bigint, ALTER b TYPE bigint;
ALTER TABLE fx.serial ALTER n TYPE bigint;
ALTER TABLE fx.many ALTER e TYPE integer, ALTER a TYPE text;

-- to: columns go
ALTER TABLE fx.loaded DROP label CASCADE;
ALTER TABLE fx.loaded DROP id;
ALTER TABLE fx.loaded DROP code CASCADE;
ALTER TABLE fx.serial DROP n;
ALTER TABLE fx.marked DROP b, DROP c;
ALTER TABLE fx.loaded ADD fresh text COLLATE "C" DEFAULT 'x' NOT NULL, ADD numbered integer GENERATED BY DEFAULT AS IDENTITY;

-- to: identity
ALTER TABLE fx.loaded ALTER id SET GENERATED BY DEFAULT, ALTER id SET START 20 SET INCREMENT 2 SET MINVALUE 1 SET MAXVALUE 88 SET CACHE 1 SET NO CYCLE;
ALTER SEQUENCE fx.loaded_ids RENAME TO other_ids;
COMMENT ON SEQUENCE fx.other_ids IS NULL;
ALTER TABLE fx.serial ALTER m DROP DEFAULT;
DROP SEQUENCE fx.serial_m_seq;
ALTER TABLE fx.serial ALTER m ADD GENERATED ALWAYS AS IDENTITY;
-- since 15
ALTER SEQUENCE fx.other_ids SET LOGGED;
-- end

-- to: identity goes
ALTER TABLE fx.loaded ALTER id DROP IDENTITY;

-- to: sequences
ALTER SEQUENCE fx.free AS integer START 4 INCREMENT 3 MINVALUE 2 MAXVALUE 200 CACHE 1 NO CYCLE;
COMMENT ON SEQUENCE fx.free IS NULL;
ALTER SEQUENCE fx.serial_n_seq AS bigint;
ALTER SEQUENCE fx.serial_n_seq OWNED BY NONE;
ALTER SEQUENCE fx.serial_m_seq OWNED BY fx.serial.extra;
ALTER SEQUENCE fx.loose OWNED BY fx.target.code;
-- since 15
ALTER SEQUENCE fx.faint SET LOGGED;
-- end

-- to: keys
ALTER TABLE fx.marked DROP CONSTRAINT marked_pkey, DROP CONSTRAINT marked_c_key;
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_exclusion;
ALTER INDEX fx.loaded_pkey SET (fillfactor = 71);
ALTER INDEX fx.loaded_unique RESET (fillfactor);
COMMENT ON INDEX fx.loaded_pkey IS NULL;
COMMENT ON INDEX fx.loaded_unique IS 'another';
COMMENT ON CONSTRAINT loaded_pkey ON fx.loaded IS NULL;
COMMENT ON CONSTRAINT loaded_unique ON fx.loaded IS 'another';

-- to: keys anew
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_pkey, ADD CONSTRAINT loaded_pkey PRIMARY KEY (id, amount) INCLUDE (label);
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_unique, ADD CONSTRAINT loaded_unique UNIQUE (code) DEFERRABLE;
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_exclusion, ADD CONSTRAINT loaded_exclusion EXCLUDE USING spgist (at WITH &&) INCLUDE (ref) WHERE (amount > 4);
-- since 15
ALTER TABLE fx.many DROP CONSTRAINT many_unique, ADD CONSTRAINT many_unique UNIQUE (b, c) INCLUDE (d);
-- end
-- since 18
ALTER TABLE fx.marked ADD whole int4range, ADD during daterange NOT NULL, ADD CONSTRAINT marked_over UNIQUE (whole, during WITHOUT OVERLAPS);
-- end

-- to: exclusion's options
ALTER INDEX fx.loaded_exclusion SET (fillfactor = 61);
COMMENT ON INDEX fx.loaded_exclusion IS NULL;
COMMENT ON CONSTRAINT loaded_exclusion ON fx.loaded IS 'another';

-- to: checks and foreign keys
ALTER TABLE fx.loaded VALIDATE CONSTRAINT loaded_not_valid, VALIDATE CONSTRAINT loaded_fk_not_valid;
COMMENT ON CONSTRAINT loaded_check ON fx.loaded IS NULL;
COMMENT ON CONSTRAINT loaded_fk ON fx.loaded IS NULL;
ALTER TABLE fx.loaded ALTER CONSTRAINT loaded_fk NOT DEFERRABLE, ALTER CONSTRAINT loaded_fk_not_valid DEFERRABLE INITIALLY DEFERRED;
-- since 18
ALTER TABLE fx.newer ALTER CONSTRAINT newer_fk ENFORCED, ALTER CONSTRAINT newer_fk_held NOT ENFORCED;
ALTER TABLE fx.newer DROP CONSTRAINT newer_loose, ADD CONSTRAINT newer_loose CHECK (other > 1);
-- end

-- to: checks and foreign keys anew
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_check, ADD CONSTRAINT loaded_check CHECK (amount > 1);
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_fk, ADD CONSTRAINT loaded_fk FOREIGN KEY (ref, ref_code) REFERENCES fx.target (id, code) ON UPDATE SET DEFAULT;
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_fk_not_valid, ADD CONSTRAINT loaded_fk_not_valid FOREIGN KEY (plain_one) REFERENCES fx.marked;
-- since 15
ALTER TABLE fx.target DROP CONSTRAINT target_set_null, ADD CONSTRAINT target_set_null FOREIGN KEY (id, code) REFERENCES fx.target (id, code) ON DELETE SET NULL;
-- end

-- to: indexes
ALTER INDEX fx.loaded_expression RESET (deduplicate_items);
ALTER INDEX fx.loaded_expression SET (fillfactor = 44);
ALTER INDEX fx.loaded_gist SET (buffering = on);
ALTER INDEX fx.loaded_expression ALTER COLUMN 1 SET STATISTICS -1;
ALTER INDEX fx.loaded_expression ALTER COLUMN 2 SET STATISTICS 9;
COMMENT ON INDEX fx.loaded_expression IS NULL;
COMMENT ON INDEX fx.loaded_gist IS 'a new one';

-- to: indexes anew
DROP INDEX fx.loaded_identity, fx.loaded_gist, fx.loaded_tsv, fx.loaded_clustered, fx.loaded_expression, fx.many_nulls;
CREATE UNIQUE INDEX loaded_identity ON fx.loaded (code, amount, tags);
ALTER TABLE fx.loaded REPLICA IDENTITY USING INDEX loaded_identity;
CREATE INDEX loaded_tsv ON fx.loaded USING hash (code);
CREATE INDEX loaded_gist ON fx.loaded USING gist (at) INCLUDE (ref);
CREATE INDEX loaded_clustered ON fx.loaded (label);
CREATE UNIQUE INDEX many_nulls ON fx.many (a, b);
ALTER TABLE fx.loaded CLUSTER ON loaded_clustered;
-- since 15
DROP INDEX fx.many_distinct;
CREATE UNIQUE INDEX many_distinct ON fx.many (a) WHERE a > 3;
-- end

-- to: one way: an index that a concurrent build left invalid
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'fx.many_distinct'::regclass;

-- to: statistics
ALTER STATISTICS fx.loaded_stats SET STATISTICS -1;
COMMENT ON STATISTICS fx.loaded_stats IS NULL;
CREATE STATISTICS fx.more ON a, b FROM fx.many;

-- to: statistics anew
DROP STATISTICS fx.loaded_stats;
CREATE STATISTICS fx.loaded_stats (mcv) ON code, (amount * 4), label, ref FROM fx.loaded;

-- to: statistics of another table
DROP STATISTICS fx.loaded_stats;
CREATE STATISTICS fx.loaded_stats ON c, d FROM fx.many;

-- to: triggers, rules, policies
ALTER TABLE fx.loaded DISABLE TRIGGER loaded_trigger, ENABLE TRIGGER loaded_constraint, ENABLE REPLICA TRIGGER loaded_tables;
ALTER TABLE fx.loaded ENABLE ALWAYS RULE loaded_rule;
COMMENT ON TRIGGER loaded_trigger ON fx.loaded IS NULL;
COMMENT ON RULE loaded_rule ON fx.loaded IS NULL;
COMMENT ON POLICY loaded_policy ON fx.loaded IS NULL;
ALTER POLICY loaded_policy ON fx.loaded TO PUBLIC USING (amount > 3) WITH CHECK (amount > 4);
DROP POLICY loaded_reads ON fx.loaded;

-- to: triggers, rules, policies anew
DROP TRIGGER loaded_trigger ON fx.loaded; DROP TRIGGER loaded_constraint ON fx.loaded; DROP TRIGGER loaded_tables ON fx.loaded;
CREATE TRIGGER loaded_trigger AFTER UPDATE OF ref OR TRUNCATE ON fx.loaded EXECUTE FUNCTION fx.touch();
CREATE TRIGGER loaded_tables AFTER INSERT ON fx.loaded REFERENCING NEW TABLE AS after EXECUTE FUNCTION fx.touch2();
CREATE CONSTRAINT TRIGGER loaded_constraint AFTER INSERT ON fx.loaded FOR EACH ROW WHEN (NEW.amount > 2) EXECUTE FUNCTION fx.touch();
DROP RULE loaded_rule ON fx.loaded;
CREATE RULE loaded_rule AS ON DELETE TO fx.loaded WHERE OLD.amount > 9 DO INSTEAD NOTHING;
DROP POLICY loaded_policy ON fx.loaded; DROP POLICY loaded_reads ON fx.loaded;
CREATE POLICY loaded_policy ON fx.loaded FOR UPDATE TO fx_reader USING (amount > 1);
CREATE POLICY loaded_reads ON fx.loaded FOR DELETE USING (true);

-- to: NOT NULL constraints
ALTER TABLE fx.marked ALTER d SET NOT NULL;
-- since 18
ALTER TABLE fx.newer RENAME CONSTRAINT named TO renamed;
ALTER TABLE fx.newer ALTER CONSTRAINT renamed INHERIT;
ALTER TABLE fx.newer ALTER CONSTRAINT other_named NO INHERIT;
ALTER TABLE fx.newer VALIDATE CONSTRAINT fourth_named;
COMMENT ON CONSTRAINT other_named ON fx.newer IS NULL;
ALTER TABLE fx.newer ALTER third DROP NOT NULL;
ALTER TABLE fx.newer ADD CONSTRAINT fifth_named NOT NULL fifth;

-- to: NOT NULL constraints go
ALTER TABLE fx.newer ALTER id DROP NOT NULL, ALTER other DROP NOT NULL, ALTER fourth DROP NOT NULL;
-- end

-- to: generated
ALTER TABLE fx.loaded DROP doubled, ADD doubled numeric GENERATED ALWAYS AS (amount * 3) STORED;
ALTER TABLE fx.many DROP f, ADD f integer GENERATED ALWAYS AS (a + 1) STORED;

-- to: where and how it is stored
-- since 15
ALTER TABLE fx.many SET ACCESS METHOD fx_heap;
-- end
ALTER TABLE fx.many SET TABLESPACE fx_space;
ALTER INDEX fx.loaded_expression SET TABLESPACE fx_space;
ALTER INDEX fx.loaded_pkey SET TABLESPACE fx_space;
ALTER INDEX fx.loaded_unique SET TABLESPACE fx_space;
ALTER INDEX fx.loaded_exclusion SET TABLESPACE fx_space;

-- to: constraints anew
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_unique, ADD CONSTRAINT loaded_unique UNIQUE (code, ref) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_exclusion, ADD CONSTRAINT loaded_exclusion EXCLUDE USING gist (at WITH -|-);
ALTER TABLE fx.loaded DROP CONSTRAINT loaded_fk_not_valid, ADD CONSTRAINT loaded_fk_not_valid FOREIGN KEY (ref) REFERENCES fx.target;
DROP TRIGGER loaded_constraint ON fx.loaded;
CREATE TRIGGER loaded_constraint AFTER INSERT ON fx.loaded FOR EACH ROW EXECUTE FUNCTION fx.touch();
-- since 18
ALTER TABLE fx.spans DROP CONSTRAINT spans_fk, DROP CONSTRAINT spans_unique, DROP CONSTRAINT spans_pkey;
ALTER TABLE fx.spans ADD CONSTRAINT spans_pkey PRIMARY KEY (whole, during WITHOUT OVERLAPS);
ALTER TABLE fx.spans ADD CONSTRAINT spans_unique UNIQUE (during, whole WITHOUT OVERLAPS);
ALTER TABLE fx.spans ADD CONSTRAINT spans_fk FOREIGN KEY (whole, PERIOD during) REFERENCES fx.spans;
-- end
