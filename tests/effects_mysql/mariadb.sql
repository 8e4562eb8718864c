CREATE SEQUENCE loaded_s START WITH 10 INCREMENT BY 5 MINVALUE 5 MAXVALUE 1000 CACHE 20 CYCLE COMMENT = 'numbers';
GRANT SELECT ON loaded_s TO {two};
CREATE TABLE loaded (
    a int NOT NULL COMMENT 'a', b varchar(100) COMPRESSED COMMENT 'b', c int DEFAULT (a + 1) COMMENT 'c' CHECK (c > 3),
    d int WITHOUT SYSTEM VERSIONING COMMENT 'd', KEY ignored (a) IGNORED COMMENT 'unused', CONSTRAINT positive CHECK (a > 0)
) CHARACTER SET utf8mb4 COMMENT = 'versioned' WITH SYSTEM VERSIONING;
CREATE TABLE application (a int, s date, e date, x int, PERIOD FOR p (s, e), UNIQUE KEY within (a, p WITHOUT OVERLAPS)) CHARACTER SET utf8mb4;
CREATE TABLE stays (a int NOT NULL, s date, e date, PERIOD FOR p (s, e), PRIMARY KEY (a, p WITHOUT OVERLAPS)) CHARACTER SET utf8mb4;
CREATE TABLE history (
    a int, rs timestamp(6) GENERATED ALWAYS AS ROW START, re timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE,
    PERIOD FOR SYSTEM_TIME (rs, re)
) CHARACTER SET utf8mb4 WITH SYSTEM VERSIONING;
CREATE TABLE aria (a int, b int) ENGINE = Aria TRANSACTIONAL = 1 CHARACTER SET latin1;
DELIMITER //
CREATE AGGREGATE FUNCTION loaded_f (x int) RETURNS int COMMENT 'adds'
BEGIN
    DECLARE s int DEFAULT 0;
    DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s;
    LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP;
END//
DELIMITER ;
GRANT EXECUTE ON FUNCTION loaded_f TO {two};

-- to: a sequence's options
ALTER SEQUENCE loaded_s INCREMENT BY 7 MAXVALUE 2000 CACHE 30 NOCYCLE;
-- to: a sequence's limits
ALTER SEQUENCE loaded_s MINVALUE 1 START WITH 20;
-- to: a sequence as a table
ALTER TABLE loaded_s ENGINE = Aria, COMMENT = 'others';
-- to: not versioned
ALTER TABLE loaded DROP SYSTEM VERSIONING;
-- to: without periods
ALTER TABLE application DROP KEY within;
ALTER TABLE application DROP PERIOD FOR p;
-- to: a key without a period
ALTER TABLE application DROP KEY within, ADD UNIQUE KEY within (a, x);
-- to: a primary key without a period
ALTER TABLE stays DROP PRIMARY KEY, ADD PRIMARY KEY (a, s);
-- to: columns of a versioned table
SET system_versioning_alter_history = KEEP;
ALTER TABLE loaded MODIFY b varchar(100) COMMENT 'b', MODIFY c int DEFAULT (a + 1) COMMENT 'c' CHECK (c > 4), MODIFY d int COMMENT 'd';
-- to: a column without a check
SET system_versioning_alter_history = KEEP;
ALTER TABLE loaded MODIFY c int DEFAULT (a + 1) COMMENT 'c';
-- to: no bounds of rows
SET system_versioning_alter_history = KEEP;
ALTER TABLE history DROP COLUMN rs, DROP COLUMN re, DROP PERIOD FOR SYSTEM_TIME, DROP SYSTEM VERSIONING;
-- to: an engine's options
ALTER TABLE aria TRANSACTIONAL = 0;
-- to: another function
DROP FUNCTION loaded_f;
CREATE FUNCTION loaded_f (x int) RETURNS bigint COMMENT 'adds' RETURN x;
