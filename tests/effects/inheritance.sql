CREATE SCHEMA fx;
CREATE TABLE fx.one (id integer NOT NULL, label text COLLATE "C" DEFAULT 'one', n integer, CONSTRAINT same CHECK (n > 0), CONSTRAINT own CHECK (n < 99) NO INHERIT);
CREATE TABLE fx.two (label text COLLATE "C" DEFAULT 'two', n integer, other numeric, CONSTRAINT same CHECK (n > 0), CONSTRAINT more CHECK (other > 1));
CREATE TABLE fx.both (label text COLLATE "C" DEFAULT 'both', extra integer, CONSTRAINT same CHECK (n > 0), CONSTRAINT last CHECK (extra > 1)) INHERITS (fx.one, fx.two);
CREATE TABLE fx.grand (g integer) INHERITS (fx.both);
CREATE TABLE fx.sole () INHERITS (fx.one);
CREATE TABLE fx.free (id integer NOT NULL, label text COLLATE "C", n integer, other numeric, CONSTRAINT same CHECK (n > 0), CONSTRAINT more CHECK (other > 1));
ALTER TABLE fx.both ALTER n SET STATISTICS 33, ALTER label SET STORAGE EXTERNAL, ALTER n SET (n_distinct_inherited = 8);
ALTER TABLE fx.grand ALTER n SET NOT NULL;
COMMENT ON COLUMN fx.both.n IS 'its n';
COMMENT ON CONSTRAINT same ON fx.both IS 'its check';
CREATE INDEX both_n ON fx.both (abs(n));
ALTER INDEX fx.both_n ALTER COLUMN 1 SET STATISTICS 11;
ALTER TABLE fx.two ADD CONSTRAINT loose CHECK (n <> 5) NOT VALID;

-- to: no longer inherits
ALTER TABLE fx.both NO INHERIT fx.two;

-- to: inherits from none
ALTER TABLE fx.both NO INHERIT fx.one;
ALTER TABLE fx.both NO INHERIT fx.two;

-- to: inherits
ALTER TABLE fx.free INHERIT fx.one;
ALTER TABLE fx.free ADD CONSTRAINT loose CHECK (n <> 5);
ALTER TABLE fx.free INHERIT fx.two;

-- to: columns come
ALTER TABLE fx.one ADD added integer DEFAULT 4, ADD added_text text;
ALTER TABLE fx.one ADD CONSTRAINT added_check CHECK (added > 0);

-- to: columns that two have
ALTER TABLE fx.one ADD shared integer;
ALTER TABLE fx.two ADD shared integer;

-- to: columns go
ALTER TABLE fx.two DROP other CASCADE;
ALTER TABLE fx.one DROP id;

-- to: a column of both goes from one
ALTER TABLE fx.two DROP n;

-- to: columns change
ALTER TABLE fx.one ALTER id TYPE bigint;
ALTER TABLE fx.two ALTER label TYPE varchar(9) COLLATE "C";

-- to: defaults
ALTER TABLE fx.one ALTER label SET DEFAULT 'uno';
ALTER TABLE ONLY fx.two ALTER label DROP DEFAULT;
ALTER TABLE fx.grand ALTER label DROP DEFAULT;

-- to: NOT NULL
ALTER TABLE fx.one ALTER n SET NOT NULL;
ALTER TABLE fx.one ALTER id DROP NOT NULL;

-- to: NOT NULL of a child
ALTER TABLE fx.both ALTER other SET NOT NULL;
ALTER TABLE fx.grand ALTER n DROP NOT NULL;
-- since 18

-- to: named NOT NULL
ALTER TABLE fx.one ADD CONSTRAINT named NOT NULL n;
ALTER TABLE fx.two ADD CONSTRAINT only_here NOT NULL other NO INHERIT;
ALTER TABLE fx.one RENAME CONSTRAINT one_id_not_null TO renamed;
COMMENT ON CONSTRAINT renamed ON fx.one IS 'a name';

-- to: NOT NULL not valid
ALTER TABLE fx.two ADD CONSTRAINT later NOT NULL other NOT VALID;
-- end

-- to: checks
ALTER TABLE fx.one DROP CONSTRAINT own, ADD CONSTRAINT own CHECK (n < 100) NO INHERIT;
ALTER TABLE fx.two VALIDATE CONSTRAINT loose;
ALTER TABLE fx.two DROP CONSTRAINT more;
ALTER TABLE fx.both DROP CONSTRAINT last;

-- to: a check of both goes
ALTER TABLE fx.one DROP CONSTRAINT same;

-- to: children go
DROP TABLE fx.grand;
DROP TABLE fx.both;
