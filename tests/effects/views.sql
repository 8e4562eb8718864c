CREATE ACCESS METHOD fx_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE SCHEMA fx;
GRANT USAGE ON SCHEMA fx TO PUBLIC;
CREATE FUNCTION fx.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE fx.base (id integer PRIMARY KEY, label text COLLATE "C", amount numeric(10, 2), extra integer);
GRANT SELECT ON fx.base TO fx_owner;
CREATE VIEW fx.loaded WITH (security_barrier = true, check_option = cascaded) AS SELECT id, label, amount FROM fx.base WHERE amount > 1;
-- since 15
ALTER VIEW fx.loaded SET (security_invoker = true);
-- end
ALTER VIEW fx.loaded ALTER label SET DEFAULT 'x', ALTER amount SET DEFAULT 2;
COMMENT ON VIEW fx.loaded IS 'a view';
COMMENT ON COLUMN fx.loaded.label IS 'a label';
GRANT SELECT (label), UPDATE (label) ON fx.loaded TO fx_reader WITH GRANT OPTION;
GRANT SELECT ON fx.loaded TO fx_other;
CREATE VIEW fx.plain AS SELECT id, label FROM fx.loaded;
CREATE TRIGGER plain_trigger INSTEAD OF INSERT OR UPDATE ON fx.plain FOR EACH ROW EXECUTE FUNCTION fx.touch();
COMMENT ON TRIGGER plain_trigger ON fx.plain IS 'a trigger';
CREATE RULE plain_rule AS ON DELETE TO fx.plain DO INSTEAD NOTHING;
COMMENT ON RULE plain_rule ON fx.plain IS 'a rule';
ALTER VIEW fx.loaded OWNER TO fx_owner;
CREATE MATERIALIZED VIEW fx.kept WITH (fillfactor = 70, autovacuum_enabled = false) AS SELECT id, label, amount FROM fx.base WITH NO DATA;
CREATE UNIQUE INDEX kept_id ON fx.kept (id) WITH (fillfactor = 60);
CREATE INDEX kept_label ON fx.kept (lower(label));
ALTER INDEX fx.kept_label ALTER COLUMN 1 SET STATISTICS 12;
ALTER MATERIALIZED VIEW fx.kept CLUSTER ON kept_id;
ALTER MATERIALIZED VIEW fx.kept ALTER label SET STATISTICS 45, ALTER label SET STORAGE EXTERNAL, ALTER label SET (n_distinct = 6);
-- since 14
ALTER MATERIALIZED VIEW fx.kept ALTER label SET COMPRESSION pglz;
-- end
COMMENT ON MATERIALIZED VIEW fx.kept IS 'a materialised view';
COMMENT ON COLUMN fx.kept.label IS 'its label';
COMMENT ON INDEX fx.kept_id IS 'its index';
ALTER MATERIALIZED VIEW fx.kept OWNER TO fx_owner;
GRANT SELECT ON fx.kept TO fx_reader;
GRANT SELECT (amount) ON fx.kept TO fx_other;
CREATE VIEW fx.of_kept AS SELECT id FROM fx.kept;

-- to: options
ALTER VIEW fx.loaded RESET (check_option), SET (security_barrier = false);
COMMENT ON VIEW fx.loaded IS NULL;
COMMENT ON COLUMN fx.loaded.label IS NULL;
COMMENT ON TRIGGER plain_trigger ON fx.plain IS NULL;
COMMENT ON RULE plain_rule ON fx.plain IS NULL;
ALTER VIEW fx.loaded ALTER label DROP DEFAULT, ALTER amount SET DEFAULT 3;

-- to: owner
ALTER VIEW fx.loaded OWNER TO fx_reader;
ALTER VIEW fx.plain OWNER TO fx_reader;
ALTER MATERIALIZED VIEW fx.kept OWNER TO fx_reader;

-- to: privileges
REVOKE SELECT ON fx.loaded FROM fx_other;
REVOKE GRANT OPTION FOR SELECT (label) ON fx.loaded FROM fx_reader;
REVOKE SELECT ON fx.kept FROM fx_reader;
GRANT SELECT (id) ON fx.kept TO PUBLIC;

-- to: query
CREATE OR REPLACE VIEW fx.loaded WITH (security_barrier = false) AS SELECT id, label, amount, extra FROM fx.base WHERE amount > 2;
ALTER VIEW fx.loaded ALTER extra SET DEFAULT 1;

-- to: query alone
CREATE OR REPLACE VIEW fx.plain AS SELECT id, label FROM fx.loaded WHERE id > 4;

-- to: query anew
DROP VIEW fx.plain;
DROP VIEW fx.loaded;
CREATE VIEW fx.loaded AS SELECT label, id, amount FROM fx.base;

-- to: triggers and rules
DROP TRIGGER plain_trigger ON fx.plain;
CREATE TRIGGER plain_trigger INSTEAD OF DELETE ON fx.plain FOR EACH ROW EXECUTE FUNCTION fx.touch();
DROP RULE plain_rule ON fx.plain;
CREATE RULE plain_rule AS ON UPDATE TO fx.plain DO ALSO NOTHING;

-- to: materialised view
ALTER MATERIALIZED VIEW fx.kept RESET (autovacuum_enabled), SET (fillfactor = 71), SET WITHOUT CLUSTER;
ALTER MATERIALIZED VIEW fx.kept ALTER label SET STATISTICS -1, ALTER label SET STORAGE MAIN, ALTER label RESET (n_distinct);
-- since 14
ALTER MATERIALIZED VIEW fx.kept ALTER label SET COMPRESSION DEFAULT;
-- end
REFRESH MATERIALIZED VIEW fx.kept;
COMMENT ON MATERIALIZED VIEW fx.kept IS NULL;
COMMENT ON COLUMN fx.kept.label IS NULL;
ALTER INDEX fx.kept_label ALTER COLUMN 1 SET STATISTICS 13;
ALTER INDEX fx.kept_id RESET (fillfactor);
COMMENT ON INDEX fx.kept_id IS NULL;

-- to: where it is stored
ALTER MATERIALIZED VIEW fx.kept SET TABLESPACE fx_space;
-- since 15
ALTER MATERIALIZED VIEW fx.kept SET ACCESS METHOD fx_heap;
-- end

-- to: materialised view anew
DROP VIEW fx.of_kept;
DROP MATERIALIZED VIEW fx.kept;
CREATE MATERIALIZED VIEW fx.kept AS SELECT id, label FROM fx.base;

-- to: an index of a materialised view anew
DROP INDEX fx.kept_id;
CREATE UNIQUE INDEX kept_id ON fx.kept (id, amount);
ALTER MATERIALIZED VIEW fx.kept CLUSTER ON kept_id;

-- to: the type of a column below
DROP VIEW fx.plain; DROP VIEW fx.of_kept; DROP VIEW fx.loaded; DROP MATERIALIZED VIEW fx.kept;
ALTER TABLE fx.base ALTER label TYPE varchar(30) COLLATE "C";
CREATE VIEW fx.loaded AS SELECT id, label, amount FROM fx.base;
CREATE MATERIALIZED VIEW fx.kept AS SELECT id, label, amount FROM fx.base;
