CREATE TABLE t (id int PRIMARY KEY, a int, s varchar(40));
SET sql_mode = 'ANSI_QUOTES';
DELIMITER ;;
CREATE TRIGGER quoted BEFORE INSERT ON t FOR EACH ROW BEGIN
  IF NEW.a > 1 THEN SET NEW.s = 'it''s; \\ x'; END IF;
  SET NEW."a" = 2;
END;;
DELIMITER ;
