SET sql_mode = oracle;
DELIMITER //
CREATE DEFINER = {one} PACKAGE tools SQL SECURITY INVOKER COMMENT 'tools' AS PROCEDURE p(a int); FUNCTION f RETURN int; END//
CREATE DEFINER = {one} PACKAGE BODY tools SQL SECURITY INVOKER COMMENT 'a body' AS PROCEDURE p(a int) AS BEGIN NULL; END; FUNCTION f RETURN int AS BEGIN RETURN 1; END; END//
DELIMITER ;
GRANT EXECUTE ON PACKAGE tools TO {two};

-- to: packages
SET sql_mode = oracle;
DELIMITER //
CREATE OR REPLACE DEFINER = {two} PACKAGE tools COMMENT 'others' AS PROCEDURE p(a int); END//
CREATE OR REPLACE DEFINER = {two} PACKAGE BODY tools COMMENT 'another' AS PROCEDURE p(a int) AS BEGIN NULL; END; END//
DELIMITER ;
-- to: without a package
SET sql_mode = oracle;
DROP PACKAGE tools;
-- to: a body made by another account and client
ALTER DATABASE COLLATE utf8mb4_bin;
SET NAMES latin1 COLLATE latin1_german1_ci;
SET sql_mode = 'oracle,no_zero_date';
DELIMITER //
CREATE OR REPLACE DEFINER = {two} PACKAGE BODY tools COMMENT 'another' AS PROCEDURE p(a int) AS BEGIN NULL; END; FUNCTION f RETURN int AS BEGIN RETURN 2; END; END//
DELIMITER ;
-- to: packages made by another client
ALTER DATABASE COLLATE utf8mb4_bin;
SET NAMES latin1 COLLATE latin1_german1_ci;
SET sql_mode = 'oracle,no_zero_date';
DELIMITER //
CREATE OR REPLACE DEFINER = {one} PACKAGE tools SQL SECURITY INVOKER COMMENT 'tools' AS PROCEDURE p(a int); FUNCTION f RETURN int; END//
CREATE OR REPLACE DEFINER = {one} PACKAGE BODY tools SQL SECURITY INVOKER COMMENT 'a body' AS PROCEDURE p(a int) AS BEGIN NULL; END; FUNCTION f RETURN int AS BEGIN RETURN 1; END; END//
DELIMITER ;
