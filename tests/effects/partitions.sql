CREATE ACCESS METHOD fx_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE SCHEMA fx;
CREATE FUNCTION fx.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE fx.target (id integer PRIMARY KEY);
CREATE TABLE fx.parent (
    id integer NOT NULL, part integer NOT NULL, label text COLLATE "C" DEFAULT 'x', ref integer, at tstzrange,
    CONSTRAINT parent_pkey PRIMARY KEY (id, part) WITH (fillfactor = 70),
    CONSTRAINT parent_unique UNIQUE (part, label) INCLUDE (ref) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT parent_check CHECK (ref > 0),
    CONSTRAINT parent_fk FOREIGN KEY (ref) REFERENCES fx.target ON DELETE SET NULL DEFERRABLE
) PARTITION BY RANGE (part);
COMMENT ON TABLE fx.parent IS 'the parent';
COMMENT ON CONSTRAINT parent_check ON fx.parent IS 'the check';
COMMENT ON INDEX fx.parent_pkey IS 'the key''s index';
CREATE INDEX parent_label ON fx.parent (label DESC) INCLUDE (id) WITH (fillfactor = 60) WHERE ref > 3;
COMMENT ON INDEX fx.parent_label IS 'the index';
CREATE INDEX parent_lower ON fx.parent (lower(label));
CREATE TRIGGER parent_trigger AFTER INSERT OR UPDATE OF label ON fx.parent FOR EACH ROW WHEN (NEW.ref > 1) EXECUTE FUNCTION fx.touch('a');
COMMENT ON TRIGGER parent_trigger ON fx.parent IS 'the trigger';
ALTER TABLE fx.parent OWNER TO fx_owner;

CREATE TABLE fx.plain PARTITION OF fx.parent FOR VALUES FROM (0) TO (10);
CREATE TABLE fx.own (
    id integer NOT NULL, part integer NOT NULL, label text COLLATE "C", ref integer, at tstzrange,
    CONSTRAINT own_key PRIMARY KEY (id, part) WITH (fillfactor = 40),
    CONSTRAINT parent_check CHECK (ref > 0),
    CONSTRAINT own_check CHECK (ref < 1000),
    CONSTRAINT own_fk FOREIGN KEY (ref) REFERENCES fx.target ON DELETE SET NULL DEFERRABLE
) WITH (fillfactor = 33);
CREATE INDEX own_label ON fx.own (label DESC) INCLUDE (id) WITH (fillfactor = 20) WHERE ref > 3;
CREATE INDEX own_alone ON fx.own (ref);
CREATE INDEX own_lower ON fx.own (lower(label));
ALTER INDEX fx.own_lower ALTER COLUMN 1 SET STATISTICS 99;
ALTER TABLE fx.parent ATTACH PARTITION fx.own FOR VALUES FROM (10) TO (20);
COMMENT ON TABLE fx.own IS 'its own';
COMMENT ON COLUMN fx.own.label IS 'its own column';
COMMENT ON CONSTRAINT parent_check ON fx.own IS 'the child''s check';
COMMENT ON CONSTRAINT own_key ON fx.own IS 'the child''s key';
COMMENT ON INDEX fx.own_key IS 'the child''s index';
COMMENT ON INDEX fx.own_label IS 'the child''s own index';
COMMENT ON CONSTRAINT own_fk ON fx.own IS 'the child''s foreign key';
COMMENT ON TRIGGER parent_trigger ON fx.own IS 'the child''s trigger';
ALTER TABLE fx.own CLUSTER ON own_key;
ALTER TABLE fx.own REPLICA IDENTITY USING INDEX own_key;
ALTER TABLE fx.own ALTER label SET DEFAULT 'y', ALTER label SET STORAGE EXTERNAL, ALTER label SET STATISTICS 44, ALTER ref SET NOT NULL;
ALTER TABLE fx.own DISABLE TRIGGER parent_trigger;
CREATE STATISTICS fx.own_stats (mcv) ON label, ref FROM fx.own;
CREATE POLICY own_policy ON fx.own USING (ref > 1);
ALTER TABLE fx.own ENABLE ROW LEVEL SECURITY;
GRANT SELECT (label) ON fx.own TO fx_reader;

CREATE TABLE fx.nested PARTITION OF fx.parent FOR VALUES FROM (20) TO (40) PARTITION BY LIST (part);
CREATE INDEX nested_at ON fx.nested USING gist (at);
CREATE TABLE fx.nested_one PARTITION OF fx.nested FOR VALUES IN (21, 22);
CREATE TABLE fx.nested_rest PARTITION OF fx.nested DEFAULT;
CREATE TABLE fx.rest PARTITION OF fx.parent DEFAULT;
CREATE TABLE fx.alone (id integer NOT NULL, part integer NOT NULL, label text COLLATE "C", ref integer, at tstzrange);

CREATE TABLE fx.hashed (id integer, note text) PARTITION BY HASH (id);
CREATE TABLE fx.hashed_0 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE fx.hashed_1 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE fx.bare (id integer, note text);
CREATE TABLE fx.uses (id integer, part integer, CONSTRAINT uses_fk FOREIGN KEY (id, part) REFERENCES fx.parent);

-- to: detached
ALTER TABLE fx.parent DETACH PARTITION fx.plain;
ALTER TABLE fx.parent DETACH PARTITION fx.own;
-- to: other bounds
ALTER TABLE fx.parent DETACH PARTITION fx.plain;
ALTER TABLE fx.parent DETACH PARTITION fx.rest;
ALTER TABLE fx.parent ATTACH PARTITION fx.plain DEFAULT;
ALTER TABLE fx.parent ATTACH PARTITION fx.rest FOR VALUES FROM (0) TO (5);
-- to: nested detached
ALTER TABLE fx.parent DETACH PARTITION fx.nested;
ALTER TABLE fx.nested DETACH PARTITION fx.nested_one;
-- to: attached
ALTER TABLE fx.alone ADD CONSTRAINT parent_check CHECK (ref > 0);
ALTER TABLE fx.parent ATTACH PARTITION fx.alone FOR VALUES FROM (50) TO (60);
-- to: columns of another type
ALTER TABLE fx.uses DROP CONSTRAINT uses_fk;
DROP TRIGGER parent_trigger ON fx.parent;
DROP POLICY own_policy ON fx.own;
ALTER TABLE fx.parent DETACH PARTITION fx.own;
ALTER TABLE fx.parent ALTER COLUMN ref TYPE bigint;
ALTER TABLE fx.own ALTER COLUMN ref TYPE bigint;
ALTER TABLE fx.parent ATTACH PARTITION fx.own FOR VALUES FROM (10) TO (20);
-- to: a column of another type, all of them attached
DROP TRIGGER parent_trigger ON fx.parent;
DROP INDEX fx.parent_label;
DROP INDEX fx.parent_lower;
ALTER TABLE fx.parent DROP CONSTRAINT parent_unique;
ALTER TABLE fx.parent ALTER COLUMN label TYPE varchar(30) COLLATE "C";
-- to: without keys
ALTER TABLE fx.uses DROP CONSTRAINT uses_fk;
ALTER TABLE fx.parent DROP CONSTRAINT parent_pkey, DROP CONSTRAINT parent_unique, DROP CONSTRAINT parent_check, DROP CONSTRAINT parent_fk;
DROP INDEX fx.parent_label;
DROP INDEX fx.parent_lower;
DROP TRIGGER parent_trigger ON fx.parent;
-- to: other keys
CREATE INDEX parent_ref ON fx.parent (ref);
CREATE INDEX parent_at ON fx.parent USING gist (at);
ALTER TABLE fx.parent ADD CONSTRAINT parent_label_part UNIQUE (label, part);
-- to: an index that lacks parts
CREATE INDEX parent_ref ON ONLY fx.parent (ref);
ALTER INDEX fx.parent_ref ATTACH PARTITION fx.own_alone;
-- to: not null and other columns
ALTER TABLE fx.parent ALTER label SET NOT NULL, ADD COLUMN extra integer DEFAULT 4 NOT NULL, DROP COLUMN at;
-- to: dropped
ALTER TABLE fx.uses DROP CONSTRAINT uses_fk;
DROP TABLE fx.own, fx.nested;
-- to: an ordinary table that is partitioned
DROP TABLE fx.bare;
CREATE TABLE fx.bare (id integer, note text) PARTITION BY LIST (id);
CREATE TABLE fx.bare_1 PARTITION OF fx.bare FOR VALUES IN (1);
CREATE TABLE fx.bare_rest PARTITION OF fx.bare DEFAULT;
-- to: hashed otherwise
DROP TABLE fx.hashed_1;
CREATE TABLE fx.hashed_1 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE fx.hashed_3 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 4, REMAINDER 3);
-- to: an extra trigger
CREATE TRIGGER another BEFORE DELETE ON fx.nested FOR EACH ROW EXECUTE FUNCTION fx.touch();
ALTER TABLE fx.parent DISABLE TRIGGER parent_trigger;
-- to: foreign keys
ALTER TABLE fx.parent DROP CONSTRAINT parent_fk, ADD CONSTRAINT parent_fk FOREIGN KEY (ref) REFERENCES fx.target ON UPDATE CASCADE;
ALTER TABLE fx.uses DROP CONSTRAINT uses_fk;
-- since 17
-- to: for its partitions
ALTER TABLE fx.parent SET ACCESS METHOD fx_heap;
-- end
