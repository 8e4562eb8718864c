CREATE SCHEMA fx;
CREATE FUNCTION fx.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE fx.target (id integer PRIMARY KEY);
CREATE TABLE fx.top (
    id integer NOT NULL, region text COLLATE "C" NOT NULL, at date DEFAULT '2024-01-01' NOT NULL, n integer, label text, ref integer,
    CONSTRAINT top_check CHECK (n > 0)
) PARTITION BY LIST (region);
ALTER TABLE fx.top ADD CONSTRAINT top_pkey PRIMARY KEY (id, region, at);
CREATE TABLE fx.middle PARTITION OF fx.top FOR VALUES IN ('a', 'b') PARTITION BY RANGE (at, abs(n) int4_ops);
CREATE TABLE fx.leaf PARTITION OF fx.middle FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', MAXVALUE) WITH (fillfactor = 70);
CREATE TABLE fx.leaf_default PARTITION OF fx.middle DEFAULT;
CREATE TABLE fx.other (label text, id integer NOT NULL, region text COLLATE "C" NOT NULL, at date NOT NULL, n integer, ref integer,
    CONSTRAINT top_check CHECK (n > 0), CONSTRAINT own_check CHECK (id > 5), CONSTRAINT other_key PRIMARY KEY (id, region, at));
CREATE INDEX other_n ON fx.other (n) WITH (fillfactor = 66);
ALTER TABLE fx.top ATTACH PARTITION fx.other FOR VALUES IN ('c');
CREATE TABLE fx.hashed (a integer, b text) PARTITION BY HASH (b COLLATE "POSIX" text_pattern_ops);
CREATE TABLE fx.hashed_0 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE INDEX top_n ON fx.top (n DESC) WITH (fillfactor = 80);
CREATE UNIQUE INDEX top_unique ON fx.top (id, region, at, n);
ALTER TABLE fx.top ADD CONSTRAINT top_key UNIQUE (region, at, n, label);
ALTER TABLE fx.top ADD CONSTRAINT top_fk FOREIGN KEY (ref) REFERENCES fx.target ON DELETE CASCADE DEFERRABLE;
ALTER TABLE fx.leaf ADD CONSTRAINT leaf_fk FOREIGN KEY (n) REFERENCES fx.target;
CREATE TABLE fx.referring (a integer, b text COLLATE "C", c date, CONSTRAINT referring_fk FOREIGN KEY (a, b, c) REFERENCES fx.top);
CREATE TRIGGER top_row AFTER UPDATE ON fx.top FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION fx.touch('x');
CREATE TRIGGER top_all AFTER INSERT ON fx.top FOR EACH STATEMENT EXECUTE FUNCTION fx.touch();
CREATE TRIGGER leaf_own BEFORE INSERT ON fx.leaf FOR EACH ROW EXECUTE FUNCTION fx.touch();
ALTER TABLE fx.leaf DISABLE TRIGGER top_row;
ALTER TABLE ONLY fx.middle ENABLE ALWAYS TRIGGER top_row;
CREATE INDEX top_lonely ON ONLY fx.top (label);
CREATE POLICY top_policy ON fx.top USING (n > 0);
ALTER TABLE fx.leaf ALTER n SET STATISTICS 33, ALTER label SET STORAGE EXTERNAL, ALTER label SET DEFAULT 'own', ALTER n SET (n_distinct = 4);
ALTER TABLE fx.leaf REPLICA IDENTITY USING INDEX leaf_pkey, CLUSTER ON leaf_n_idx;
COMMENT ON TABLE fx.leaf IS 'a leaf';
COMMENT ON COLUMN fx.leaf.n IS 'its n';
COMMENT ON INDEX fx.leaf_n_idx IS 'its index';
COMMENT ON CONSTRAINT leaf_pkey ON fx.leaf IS 'its key';
COMMENT ON CONSTRAINT top_check ON fx.leaf IS 'its check';
COMMENT ON CONSTRAINT top_fk ON fx.leaf IS 'its foreign key';
ALTER TABLE fx.leaf OWNER TO fx_owner;
GRANT SELECT ON fx.leaf TO fx_reader;
GRANT UPDATE (n) ON fx.leaf TO fx_reader;
CREATE TABLE fx.apart (LIKE fx.top INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);

-- to: detached leaf
ALTER TABLE fx.middle DETACH PARTITION fx.leaf;

-- to: detached branch
ALTER TABLE fx.top DETACH PARTITION fx.middle;

-- to: detached table that was attached
ALTER TABLE fx.top DETACH PARTITION fx.other;

-- to: attached
ALTER TABLE fx.top ATTACH PARTITION fx.apart FOR VALUES IN ('z');

-- to: bounds
ALTER TABLE fx.middle DETACH PARTITION fx.leaf;
ALTER TABLE fx.middle ATTACH PARTITION fx.leaf FOR VALUES FROM ('2024-01-01', 0) TO ('2026-01-01', 5);

-- to: columns come
ALTER TABLE fx.top ADD added integer DEFAULT 4 NOT NULL, ADD added_text text COLLATE "C";
ALTER TABLE fx.top ADD CONSTRAINT added_check CHECK (added > 0);

-- to: columns change
ALTER TABLE fx.top ALTER label TYPE varchar(30), ALTER ref TYPE bigint;
ALTER TABLE fx.top ALTER ref SET NOT NULL;

-- to: columns change that carry an index
DROP TRIGGER top_row ON fx.top;
ALTER TABLE fx.top ALTER id TYPE bigint, ALTER label TYPE varchar(30) COLLATE "C";
CREATE TRIGGER top_row AFTER UPDATE ON fx.top FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION fx.touch('x');

-- to: attributes of columns
ALTER TABLE fx.top ALTER n SET STATISTICS 22, ALTER label SET STORAGE MAIN, ALTER label SET DEFAULT 'all', ALTER n SET (n_distinct = 3);
ALTER TABLE ONLY fx.top ALTER at SET DEFAULT '2025-01-01';
ALTER TABLE fx.leaf ALTER label DROP DEFAULT;
COMMENT ON COLUMN fx.leaf.n IS NULL;

-- to: NOT NULL of all
ALTER TABLE fx.top ALTER n SET NOT NULL;

-- to: NOT NULL of a leaf
ALTER TABLE fx.leaf ALTER n SET NOT NULL;

-- to: columns go
ALTER TABLE fx.top DROP label;

-- to: keys go
ALTER TABLE fx.referring DROP CONSTRAINT referring_fk;
ALTER TABLE fx.top DROP CONSTRAINT top_pkey;
ALTER TABLE fx.top DROP CONSTRAINT top_key;
DROP INDEX fx.top_n;
DROP INDEX fx.top_lonely;

-- to: keys anew
DROP INDEX fx.top_n;
CREATE INDEX top_n ON fx.top (n);
ALTER TABLE fx.top DROP CONSTRAINT top_key, ADD CONSTRAINT top_key UNIQUE (region, at, n, ref);

-- to: attributes of indexes
ALTER INDEX fx.leaf_n_idx SET (fillfactor = 44);
COMMENT ON INDEX fx.leaf_n_idx IS NULL;
COMMENT ON CONSTRAINT leaf_pkey ON fx.leaf IS NULL;
COMMENT ON CONSTRAINT top_check ON fx.leaf IS NULL;
COMMENT ON CONSTRAINT top_fk ON fx.leaf IS NULL;
COMMENT ON INDEX fx.top_n IS 'the top''s';

-- to: the lonely index has its parts
CREATE INDEX leaf_label ON fx.leaf (label);
CREATE INDEX leaf_default_label ON fx.leaf_default (label);
CREATE INDEX other_label ON fx.other (label);
CREATE INDEX middle_label ON ONLY fx.middle (label);
ALTER INDEX fx.middle_label ATTACH PARTITION fx.leaf_label;
ALTER INDEX fx.middle_label ATTACH PARTITION fx.leaf_default_label;
ALTER INDEX fx.top_lonely ATTACH PARTITION fx.middle_label;
ALTER INDEX fx.top_lonely ATTACH PARTITION fx.other_label;

-- to: foreign keys
ALTER TABLE fx.top DROP CONSTRAINT top_fk;
ALTER TABLE fx.leaf DROP CONSTRAINT leaf_fk;
ALTER TABLE fx.referring DROP CONSTRAINT referring_fk;

-- to: foreign keys anew
ALTER TABLE fx.top DROP CONSTRAINT top_fk, ADD CONSTRAINT top_fk FOREIGN KEY (ref) REFERENCES fx.target ON DELETE SET NULL;
ALTER TABLE fx.referring DROP CONSTRAINT referring_fk, ADD CONSTRAINT referring_fk FOREIGN KEY (a, b, c) REFERENCES fx.top ON DELETE CASCADE;

-- to: foreign keys deferred
ALTER TABLE fx.top ALTER CONSTRAINT top_fk DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE fx.referring ALTER CONSTRAINT referring_fk DEFERRABLE;

-- to: checks
ALTER TABLE fx.top DROP CONSTRAINT top_check;
ALTER TABLE fx.top ADD CONSTRAINT top_check CHECK (n > 3);
ALTER TABLE fx.top ADD CONSTRAINT fresh_check CHECK (n < 300) NOT VALID;

-- to: a check to validate
ALTER TABLE fx.top ADD CONSTRAINT fresh_check CHECK (n < 300);

-- to: triggers
DROP TRIGGER top_row ON fx.top;
DROP TRIGGER top_all ON fx.top;
ALTER TABLE fx.leaf DISABLE TRIGGER leaf_own;

-- to: triggers' modes
ALTER TABLE ONLY fx.top DISABLE TRIGGER top_row;
ALTER TABLE fx.leaf ENABLE TRIGGER top_row;

-- to: triggers anew
DROP TRIGGER top_row ON fx.top;
CREATE TRIGGER top_row AFTER DELETE ON fx.top FOR EACH ROW EXECUTE FUNCTION fx.touch('y');

-- to: partitions go
DROP TABLE fx.leaf;
DROP TABLE fx.other;

-- to: a branch goes
DROP TABLE fx.middle;

-- to: hash partitions
CREATE TABLE fx.hashed_1 PARTITION OF fx.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX hashed_a ON fx.hashed (a);
ALTER TABLE fx.hashed ADD c integer GENERATED ALWAYS AS (a + 1) STORED;

-- to: owner
ALTER TABLE fx.top OWNER TO fx_owner;
ALTER TABLE fx.leaf OWNER TO fx_reader;
