CREATE SCHEMA fx;
CREATE TABLE fx.one (id integer NOT NULL, label text DEFAULT 'x', amount numeric(10, 2), CONSTRAINT one_check CHECK (amount > 0), CONSTRAINT one_own CHECK (id > 0) NO INHERIT);
CREATE TABLE fx.two (id integer NOT NULL, extra integer DEFAULT 3, CONSTRAINT two_check CHECK (extra > 0));
ALTER TABLE fx.one OWNER TO fx_owner;
CREATE TABLE fx.child (more text) INHERITS (fx.one, fx.two);
CREATE TABLE fx.own (id integer NOT NULL, label text DEFAULT 'y', amount numeric(10, 2), more text, CONSTRAINT one_check CHECK (amount > 0));
ALTER TABLE fx.own INHERIT fx.one;
CREATE TABLE fx.grandchild (id integer NOT NULL, extra integer) INHERITS (fx.child);
CREATE TABLE fx.alone (id integer NOT NULL, label text, amount numeric(10, 2), extra integer,
    CONSTRAINT one_check CHECK (amount > 0), CONSTRAINT two_check CHECK (extra > 0));
CREATE TABLE fx.small (a integer, CONSTRAINT small_check CHECK (a > 0));
CREATE TABLE fx.small_child (a integer, CONSTRAINT small_check CHECK (a > 0)) INHERITS (fx.small);
CREATE TABLE fx.mixed (b integer, CONSTRAINT small_check CHECK (a > 0)) INHERITS (fx.small);
COMMENT ON TABLE fx.child IS 'the child';
COMMENT ON COLUMN fx.child.label IS 'its label';
COMMENT ON CONSTRAINT one_check ON fx.child IS 'its check';
COMMENT ON CONSTRAINT one_check ON fx.own IS 'its own check';
COMMENT ON CONSTRAINT two_check ON fx.grandchild IS 'its check';
ALTER TABLE fx.child ALTER label SET STORAGE EXTERNAL, ALTER label SET STATISTICS 44, ALTER label SET DEFAULT 'z', ALTER amount SET NOT NULL;
ALTER TABLE fx.own ALTER label SET STORAGE MAIN, ALTER label SET (n_distinct = 5);
CREATE INDEX child_label ON fx.child (label, amount);
COMMENT ON INDEX fx.child_label IS 'its index';
GRANT SELECT (label) ON fx.child TO fx_reader;

-- to: not inherited
ALTER TABLE fx.own NO INHERIT fx.one;
-- to: inherited
ALTER TABLE fx.alone INHERIT fx.two;
ALTER TABLE fx.alone INHERIT fx.one;
-- to: the other way round
CREATE TABLE fx.turned (id integer NOT NULL, label text, amount numeric(10, 2), extra integer,
    CONSTRAINT one_check CHECK (amount > 0), CONSTRAINT two_check CHECK (extra > 0));
ALTER TABLE fx.turned INHERIT fx.two;
ALTER TABLE fx.own NO INHERIT fx.one;
ALTER TABLE fx.own ADD COLUMN extra integer, ADD CONSTRAINT two_check CHECK (extra > 0);
ALTER TABLE fx.own INHERIT fx.two;
ALTER TABLE fx.own INHERIT fx.one;
-- to: columns of another type
ALTER TABLE fx.one ALTER amount TYPE numeric(12, 2), ALTER label TYPE varchar(30);
-- to: other columns
ALTER TABLE fx.one ADD COLUMN further integer DEFAULT 4 NOT NULL, DROP COLUMN label, ALTER amount SET NOT NULL;
-- to: other checks
ALTER TABLE fx.one DROP CONSTRAINT one_check, ADD CONSTRAINT one_other CHECK (amount > 1) NOT VALID;
ALTER TABLE fx.two ADD CONSTRAINT two_more CHECK (extra < 1000);
-- to: dropped
DROP TABLE fx.grandchild;
DROP TABLE fx.own;
-- to: one way: not its own
DROP TABLE fx.small_child;
CREATE TABLE fx.small_child () INHERITS (fx.small);
-- to: one way: a check not its own
DROP TABLE fx.mixed;
CREATE TABLE fx.mixed (b integer) INHERITS (fx.small);
