CREATE TABLE t (a int NOT NULL, b varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, c int, PRIMARY KEY (a)) CHARACTER SET utf8mb4;
CREATE ALGORITHM = MERGE DEFINER = {one} SQL SECURITY INVOKER VIEW loaded AS SELECT a, b FROM t WHERE a > 1 WITH LOCAL CHECK OPTION;
CREATE VIEW upon AS SELECT loaded.a AS x, count(0) AS n FROM loaded GROUP BY loaded.a;
CREATE VIEW named (x, y) AS SELECT a, b FROM t;
GRANT SELECT, INSERT ON loaded TO {two} WITH GRANT OPTION;
GRANT SELECT ON t TO {two};
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', collation_connection = utf8mb4_bin;
DELIMITER //
CREATE DEFINER = {one} TRIGGER first_one BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 'it''s'//
CREATE DEFINER = {one} TRIGGER second_one BEFORE INSERT ON t FOR EACH ROW FOLLOWS first_one BEGIN SET NEW.a = 1; SET NEW.c = 2; END//
CREATE DEFINER = {one} FUNCTION loaded_f (x int, y varchar(10) CHARACTER SET latin1) RETURNS varchar(20) CHARACTER SET latin1
    DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'it''s a function' RETURN concat(x, y)//
CREATE DEFINER = {one} PROCEDURE loaded_p (IN x int, OUT y int) READS SQL DATA SQL SECURITY INVOKER COMMENT 'a procedure'
BEGIN
    SELECT count(*) INTO y FROM t WHERE a = x; -- it's a body
END//
CREATE DEFINER = {one} EVENT loaded_e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE
    COMMENT 'an event' DO BEGIN DELETE FROM t; END//
DELIMITER ;
GRANT EXECUTE ON FUNCTION loaded_f TO {two};
GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE loaded_p TO {two} WITH GRANT OPTION;

-- to: a view's query and columns
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = {one} SQL SECURITY INVOKER VIEW loaded AS SELECT a, b, c FROM t WHERE a > 2 WITH LOCAL CHECK OPTION;
CREATE OR REPLACE VIEW named (x, z) AS SELECT a, b FROM t;
-- to: a view's clauses
CREATE OR REPLACE ALGORITHM = UNDEFINED DEFINER = {two} SQL SECURITY DEFINER VIEW loaded AS SELECT a, b FROM t WHERE a > 1 WITH CASCADED CHECK OPTION;
-- to: a view made by another client
SET NAMES latin1;
CREATE OR REPLACE ALGORITHM = TEMPTABLE VIEW upon AS SELECT loaded.a AS x, count(0) AS n FROM loaded GROUP BY loaded.a;
-- to: grants
REVOKE INSERT ON loaded FROM {two};
GRANT DELETE ON loaded TO {one};
GRANT ALTER ROUTINE ON FUNCTION loaded_f TO {one};
REVOKE ALTER ROUTINE ON PROCEDURE loaded_p FROM {two};
-- to: a trigger's body and order
DROP TRIGGER first_one;
CREATE DEFINER = {two} TRIGGER first_one BEFORE INSERT ON t FOR EACH ROW FOLLOWS second_one SET NEW.b = 'other';
-- to: a trigger's time
DROP TRIGGER second_one;
CREATE TRIGGER second_one AFTER UPDATE ON t FOR EACH ROW SET @x = 1;
-- to: without triggers
DROP TRIGGER first_one;
DROP TRIGGER second_one;
-- to: what a routine alters
ALTER FUNCTION loaded_f CONTAINS SQL SQL SECURITY DEFINER COMMENT '';
ALTER PROCEDURE loaded_p MODIFIES SQL DATA COMMENT 'another';
-- to: what replaces a routine
DROP FUNCTION loaded_f;
CREATE DEFINER = {two} FUNCTION loaded_f (x bigint) RETURNS int NO SQL SQL SECURITY INVOKER COMMENT 'it''s a function' RETURN x + 1;
GRANT EXECUTE ON FUNCTION loaded_f TO {two};
DROP PROCEDURE loaded_p;
CREATE DEFINER = {one} PROCEDURE loaded_p (IN x int, OUT y int) DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER COMMENT 'a procedure' SET y = x;
-- to: without routines
DROP FUNCTION loaded_f;
DROP PROCEDURE loaded_p;
-- to: an event
SET time_zone = '+02:00', sql_mode = 'ANSI';
ALTER DEFINER = {two} EVENT loaded_e ON SCHEDULE EVERY 2 HOUR STARTS '2031-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE COMMENT '' DO DELETE FROM t WHERE a = 1;
-- to: without an event
DROP EVENT loaded_e;
-- to: names that are the query's
CREATE OR REPLACE VIEW named AS SELECT a AS x, b AS y FROM t;
-- to: programs made by another client
ALTER DATABASE COLLATE utf8mb4_bin;
SET NAMES latin1 COLLATE latin1_german1_ci;
SET sql_mode = 'PIPES_AS_CONCAT';
DELIMITER //
DROP TRIGGER first_one//
CREATE DEFINER = {one} TRIGGER first_one BEFORE INSERT ON t FOR EACH ROW PRECEDES second_one SET NEW.b = 'it''s'//
DROP FUNCTION loaded_f//
CREATE DEFINER = {one} FUNCTION loaded_f (x int, y varchar(10) CHARACTER SET latin1) RETURNS varchar(20) CHARACTER SET latin1
    DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'another' RETURN concat(x, y)//
DROP PROCEDURE loaded_p//
CREATE DEFINER = {two} PROCEDURE loaded_p (IN x bigint, OUT y int) READS SQL DATA SQL SECURITY DEFINER COMMENT 'a procedure'
BEGIN
    SELECT count(*) INTO y FROM t WHERE a = x; -- it's a body
END//
DROP EVENT loaded_e//
CREATE DEFINER = {one} EVENT loaded_e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE
    COMMENT 'an event' DO BEGIN DELETE FROM t; END//
DELIMITER ;
-- to: a procedure's clauses
ALTER PROCEDURE loaded_p SQL SECURITY DEFINER;
