ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german2_ci;
CREATE TABLE parent (id int NOT NULL, code varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, PRIMARY KEY (id), KEY code (code)) CHARACTER SET utf8mb4;
CREATE TABLE loaded (
    id int unsigned NOT NULL AUTO_INCREMENT COMMENT 'the number',
    code varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s' COMMENT 'the code',
    label varchar(30) NOT NULL DEFAULT 'x' COMMENT 'the label',
    amount decimal(10, 2) NOT NULL DEFAULT 1.50 COMMENT 'the amount',
    doubled decimal(12, 2) GENERATED ALWAYS AS (amount * 2) STORED COMMENT 'twice',
    halved decimal(12, 4) GENERATED ALWAYS AS (amount / 2) VIRTUAL COMMENT 'half',
    at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) COMMENT 'when',
    hidden int INVISIBLE DEFAULT 3 COMMENT 'unseen',
    token varchar(36) DEFAULT (uuid()) COMMENT 'a token',
    kind enum('a', 'b') NOT NULL DEFAULT 'b' COMMENT 'the kind',
    nothing int COMMENT 'no default',
    parent_id int COMMENT 'whose',
    place point NOT NULL COMMENT 'where',
    PRIMARY KEY (id) COMMENT 'the key',
    UNIQUE KEY loaded_unique (code (7), amount DESC) USING BTREE COMMENT 'the unique',
    KEY loaded_two (label (5), kind) COMMENT 'two',
    KEY loaded_doubled (doubled),
    KEY loaded_parent (parent_id),
    FULLTEXT KEY loaded_text (label) COMMENT 'words',
    SPATIAL KEY loaded_place (place) COMMENT 'places',
    CONSTRAINT loaded_check CHECK (amount > 0),
    CONSTRAINT loaded_fk FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT = 'it''s loaded' ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 1 STATS_SAMPLE_PAGES = 7;
ALTER TABLE loaded ALTER COLUMN nothing DROP DEFAULT;
GRANT SELECT, UPDATE ON loaded TO {one} WITH GRANT OPTION;
GRANT SELECT (code), UPDATE (code, label) ON loaded TO {two};
GRANT REFERENCES (id) ON loaded TO {one};
GRANT SELECT, CREATE VIEW ON * TO {two};
CREATE TABLE other_engine (a int, b int, KEY (a)) ENGINE = MyISAM CHARACTER SET latin1 CHECKSUM = 1 MAX_ROWS = 100;

-- to: the database's defaults
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- to: what is granted
REVOKE UPDATE ON loaded FROM {one};
REVOKE GRANT OPTION ON loaded FROM {one};
GRANT INSERT ON loaded TO {two};
REVOKE UPDATE (label) ON loaded FROM {two};
REVOKE CREATE VIEW ON * FROM {two};
GRANT INSERT ON * TO {one};
-- to: a table's grants that are its columns' too
GRANT SELECT, UPDATE ON loaded TO {two};
-- to: comment of the table
ALTER TABLE loaded COMMENT = '';
-- to: options
ALTER TABLE loaded ROW_FORMAT = COMPACT STATS_PERSISTENT = DEFAULT STATS_AUTO_RECALC = 1;
ALTER TABLE other_engine CHECKSUM = 0 MAX_ROWS = 200;
-- to: another engine
ALTER TABLE other_engine ENGINE = InnoDB, CHECKSUM = 0;
-- to: the charset that new columns get
ALTER TABLE loaded CHARACTER SET latin1 COLLATE latin1_bin;
-- to: a collation that new columns get
ALTER TABLE loaded COLLATE utf8mb4_unicode_ci;
-- to: the type of a column
ALTER TABLE loaded MODIFY code varchar(40) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s' COMMENT 'the code';
-- to: charset and collation of a column
ALTER TABLE loaded MODIFY code varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'it''s' COMMENT 'the code';
-- to: a column's default goes
ALTER TABLE loaded ALTER code DROP DEFAULT, ALTER token SET DEFAULT 'none', ALTER hidden SET DEFAULT NULL;
-- to: a nullable column gets a default and another one loses it
ALTER TABLE loaded ALTER nothing SET DEFAULT NULL, ALTER parent_id DROP DEFAULT;
-- to: a nullable column that is modified
ALTER TABLE loaded MODIFY nothing bigint COMMENT 'no default';
-- to: null and not null
ALTER TABLE loaded MODIFY label varchar(30) DEFAULT 'x' COMMENT 'the label', MODIFY hidden int NOT NULL INVISIBLE DEFAULT 3 COMMENT 'unseen';
-- to: comments of columns
ALTER TABLE loaded MODIFY amount decimal(10, 2) NOT NULL DEFAULT 1.50, MODIFY kind enum('a', 'b') NOT NULL DEFAULT 'b' COMMENT 'another';
-- to: on update
ALTER TABLE loaded MODIFY at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when';
-- to: no auto increment
ALTER TABLE loaded MODIFY id int unsigned NOT NULL COMMENT 'the number';
-- to: visible
ALTER TABLE loaded MODIFY hidden int DEFAULT 3 COMMENT 'unseen', MODIFY parent_id int INVISIBLE COMMENT 'whose';
-- to: generated otherwise
ALTER TABLE loaded MODIFY doubled decimal(12, 2) GENERATED ALWAYS AS (amount * 3) STORED COMMENT 'twice', MODIFY halved decimal(12, 4) GENERATED ALWAYS AS (amount / 3) VIRTUAL COMMENT 'half';
-- to: no longer generated
ALTER TABLE loaded MODIFY doubled decimal(12, 2) COMMENT 'twice';
-- to: stored and virtual
ALTER TABLE loaded DROP COLUMN halved, ADD COLUMN halved decimal(12, 4) GENERATED ALWAYS AS (amount / 2) STORED COMMENT 'half' AFTER doubled;
-- to: columns moved
ALTER TABLE loaded MODIFY kind enum('a', 'b') NOT NULL DEFAULT 'b' COMMENT 'the kind' FIRST;
-- to: columns come and go
ALTER TABLE loaded DROP COLUMN nothing, DROP COLUMN hidden, ADD COLUMN fresh varchar(9) CHARACTER SET latin1 NOT NULL DEFAULT 'f' COMMENT 'fresh' AFTER code;
-- to: columns of keys go
ALTER TABLE loaded DROP KEY loaded_text, DROP COLUMN kind, DROP COLUMN doubled;
-- to: the primary key
ALTER TABLE loaded MODIFY id int unsigned NOT NULL COMMENT 'the number', DROP PRIMARY KEY, ADD PRIMARY KEY (id, code) USING BTREE COMMENT 'another';
-- to: without keys
ALTER TABLE loaded DROP FOREIGN KEY loaded_fk;
ALTER TABLE loaded MODIFY id int unsigned NOT NULL COMMENT 'the number', DROP PRIMARY KEY, DROP KEY loaded_unique, DROP KEY loaded_two, DROP KEY loaded_doubled, DROP KEY loaded_parent, DROP KEY loaded_text, DROP KEY loaded_place;
-- to: a key that is hidden
ALTER TABLE loaded ALTER INDEX loaded_two /*!80000 INVISIBLE */ /*M! IGNORED */;
-- to: keys otherwise
ALTER TABLE loaded DROP KEY loaded_two, ADD KEY loaded_two (kind, label) USING BTREE COMMENT 'two', DROP KEY loaded_unique, ADD KEY loaded_unique (code (7)) KEY_BLOCK_SIZE = 4, ALGORITHM = COPY;
-- to: a key of another name
ALTER TABLE loaded RENAME KEY loaded_two TO loaded_renamed;
-- to: checks
ALTER TABLE loaded DROP CONSTRAINT loaded_check, ADD CONSTRAINT loaded_check CHECK (amount > 5), ADD CONSTRAINT loaded_more CHECK (code <> label);
-- to: without a check
ALTER TABLE loaded DROP CONSTRAINT loaded_check;
-- to: foreign keys
ALTER TABLE loaded DROP FOREIGN KEY loaded_fk;
ALTER TABLE loaded ADD CONSTRAINT loaded_fk FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE;
-- to: without a foreign key
ALTER TABLE loaded DROP FOREIGN KEY loaded_fk;
-- to: keys that change with a foreign key's type
ALTER TABLE loaded DROP FOREIGN KEY loaded_fk;
ALTER TABLE parent MODIFY id bigint NOT NULL;
ALTER TABLE loaded MODIFY parent_id bigint COMMENT 'whose';
ALTER TABLE loaded ADD CONSTRAINT loaded_fk FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE;
-- to: a foreign key of another column to another table
CREATE TABLE second (n int NOT NULL, PRIMARY KEY (n)) CHARACTER SET utf8mb4;
ALTER TABLE loaded DROP FOREIGN KEY loaded_fk;
ALTER TABLE loaded ADD KEY loaded_nothing (nothing), ADD CONSTRAINT loaded_fk FOREIGN KEY (nothing) REFERENCES second (n) ON DELETE SET NULL ON UPDATE CASCADE;
-- to: a primary key's size of blocks
ALTER TABLE loaded ALGORITHM = COPY, DROP PRIMARY KEY, ADD PRIMARY KEY (id) KEY_BLOCK_SIZE = 4 COMMENT 'the key';
