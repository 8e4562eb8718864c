-- Every attribute that both servers have.
CREATE TABLE parent (id INT UNSIGNED PRIMARY KEY, code VARCHAR(10) NOT NULL, UNIQUE KEY code (code));
CREATE TABLE zoo (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    tiny TINYINT(1) DEFAULT 0,
    padded INT(5) ZEROFILL,
    letter ENUM('x', 'it''s', 'a,b\n') DEFAULT 'x' COMMENT 'it''s\na \\ comment',
    flags SET('p', 'q') NOT NULL DEFAULT 'p,q',
    old VARCHAR(10) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s \\ x',
    sorted VARCHAR(10) COLLATE utf8mb4_bin,
    stamp TIMESTAMP NULL,
    changed TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    made DATETIME DEFAULT CURRENT_TIMESTAMP,
    raw VARBINARY(4) DEFAULT x'00ff',
    bits BIT(3) DEFAULT b'101',
    amount DECIMAL(10, 2) DEFAULT 1.5,
    body TEXT,
    doc JSON,
    big DOUBLE DEFAULT -1.5e10,
    hidden INT INVISIBLE,
    born YEAR DEFAULT 2020,
    fixed BINARY(3) DEFAULT 'a',
    sum_of INT DEFAULT (1 + 2),
    token VARCHAR(36) DEFAULT (uuid()),
    nothing INT,
    kept INT AS (tiny + 1) STORED,
    reckoned INT AS (tiny * 2) VIRTUAL,
    parent_id INT UNSIGNED,
    place POINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY two (tiny, padded),
    KEY backwards (tiny DESC, old (3)),
    KEY said (letter) COMMENT 'co''mment',
    FULLTEXT KEY words (body),
    SPATIAL KEY places (place),
    CONSTRAINT positive CHECK (tiny > 0 AND old <> 'it''s'),
    CONSTRAINT zoo_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE
) COMMENT 'it''s a zoo' ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 1;
ALTER TABLE zoo ALTER COLUMN nothing DROP DEFAULT;
CREATE TABLE `odd ``name` (`a.b c` INT, `d``e` INT AS (`a.b c`) VIRTUAL, KEY `k.1` (`a.b c`));
CREATE TABLE ranged (id INT NOT NULL, d DATE NOT NULL, PRIMARY KEY (id, d))
    PARTITION BY RANGE (to_days(d)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2
    (PARTITION p0 VALUES LESS THAN (10) COMMENT 'c', PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE hashed (id INT PRIMARY KEY) PARTITION BY LINEAR HASH (id) PARTITIONS 4;
CREATE TABLE keyed (id INT PRIMARY KEY) PARTITION BY KEY () PARTITIONS 3;
CREATE TABLE listed (a INT, b VARCHAR(10)) PARTITION BY LIST COLUMNS (b)
    (PARTITION pa VALUES IN ('x', 'it''s'), PARTITION pb VALUES IN ('z'));
CREATE TABLE columned (a INT, b VARCHAR(10)) PARTITION BY RANGE COLUMNS (a, b)
    (PARTITION pa VALUES LESS THAN (1, 'y'), PARTITION pb VALUES LESS THAN (MAXVALUE, MAXVALUE));
