CREATE TABLE loaded (
    a int, b varchar(20) COLLATE utf8mb4_bin NOT NULL, doc json, place point NOT NULL SRID 4326 COMMENT 'where', said varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci,
    fixed int COLUMN_FORMAT FIXED, disk int STORAGE DISK, other int SECONDARY_ENGINE_ATTRIBUTE '{"k": "v"}',
    KEY lowered ((lower(b)), a DESC), KEY attributed (fixed) SECONDARY_ENGINE_ATTRIBUTE '{"i": 1}', SPATIAL KEY places (place),
    FULLTEXT KEY words (b) WITH PARSER ngram, PRIMARY KEY (b (5)) COMMENT 'of a prefix', CONSTRAINT lax CHECK (a > 0) NOT ENFORCED
) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci SECONDARY_ENGINE_ATTRIBUTE = '{"t": 1}';

-- to: encrypted
ALTER DATABASE DEFAULT ENCRYPTION = 'Y';
-- to: a check that is enforced
ALTER TABLE loaded ALTER CHECK lax ENFORCED;
-- to: where and how a column is stored
ALTER TABLE loaded MODIFY fixed int COLUMN_FORMAT DYNAMIC, MODIFY disk int STORAGE MEMORY;
-- to: attributes of engines
ALTER TABLE loaded SECONDARY_ENGINE_ATTRIBUTE = '{"t": 2}', MODIFY other int SECONDARY_ENGINE_ATTRIBUTE '{"k": "w"}';
ALTER TABLE loaded ALGORITHM = COPY, DROP KEY attributed, ADD KEY attributed (fixed) SECONDARY_ENGINE_ATTRIBUTE '{"i": 2}';
-- to: another SRID
ALTER TABLE loaded DROP KEY places;
ALTER TABLE loaded MODIFY place point NOT NULL SRID 0 COMMENT 'where';
ALTER TABLE loaded ADD SPATIAL KEY places (place);
-- to: an expression of a key
ALTER TABLE loaded DROP KEY lowered, ADD KEY lowered ((upper(b)), a);
-- to: another parser
ALTER TABLE loaded ALGORITHM = COPY, DROP KEY words, ADD FULLTEXT KEY words (b);
-- to: the table's charset, said and unsaid
ALTER TABLE loaded CHARACTER SET latin1;
-- to: a primary key's attributes of engines
ALTER TABLE loaded ALGORITHM = COPY, DROP PRIMARY KEY, ADD PRIMARY KEY (b (5)) COMMENT 'of a prefix' SECONDARY_ENGINE_ATTRIBUTE '{"p": 1}';
