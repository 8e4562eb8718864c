CREATE TABLE `po'``"\é;` (`co'``"\é;` int NOT NULL, `do'``"\é;` int, PRIMARY KEY (`co'``"\é;`), UNIQUE KEY `io'``"\é;` (`do'``"\é;`));
CREATE TABLE `to'``"\é;` (`co'``"\é;` int NOT NULL, `go'``"\é;` int GENERATED ALWAYS AS (`co'``"\é;` + 1) VIRTUAL, `do'``"\é;` varchar(20) DEFAULT 'x' COMMENT 'of o''`"\\é;', PRIMARY KEY (`co'``"\é;`), KEY `io'``"\é;` (`do'``"\é;`(5)), CONSTRAINT `ko'``"\é;` CHECK (`co'``"\é;` > 0));
CREATE VIEW `vo'``"\é;` AS SELECT `co'``"\é;`, `go'``"\é;` AS `alo'``"\é;` FROM `to'``"\é;`;
CREATE FUNCTION `fno'``"\é;`(`ao'``"\é;` int) RETURNS int DETERMINISTIC RETURN `ao'``"\é;` + 1;
CREATE PROCEDURE `pro'``"\é;`(IN `ao'``"\é;` int) SELECT `co'``"\é;` FROM `to'``"\é;` WHERE `co'``"\é;` = `ao'``"\é;`;
CREATE TRIGGER `go'``"\é;` BEFORE INSERT ON `to'``"\é;` FOR EACH ROW SET NEW.`do'``"\é;` = 'a';
CREATE EVENT `eo'``"\é;` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM `to'``"\é;`;
CREATE TABLE `so'``"\é;` (`co'``"\é;` int PRIMARY KEY, `do'``"\é;` int);
CREATE TABLE `ho'``"\é;` (`co'``"\é;` int) PARTITION BY LIST (`co'``"\é;`) (PARTITION `po'``"\é;` VALUES IN (1));
CREATE TABLE `pa
b` (`ca
b` int NOT NULL, `da
b` int, PRIMARY KEY (`ca
b`), UNIQUE KEY `ia
b` (`da
b`));
CREATE TABLE `ta
b` (`ca
b` int NOT NULL, `ga
b` int GENERATED ALWAYS AS (`ca
b` + 1) VIRTUAL, `da
b` varchar(20) DEFAULT 'x' COMMENT 'of a
b', PRIMARY KEY (`ca
b`), KEY `ia
b` (`da
b`(5)), CONSTRAINT `ka
b` CHECK (`ca
b` > 0), CONSTRAINT `fa
b` FOREIGN KEY (`ca
b`) REFERENCES `pa
b` (`ca
b`) ON DELETE CASCADE);
CREATE VIEW `va
b` AS SELECT `ca
b`, `ga
b` AS `ala
b` FROM `ta
b`;
CREATE FUNCTION `fna
b`(`aa
b` int) RETURNS int DETERMINISTIC RETURN `aa
b` + 1;
CREATE PROCEDURE `pra
b`(IN `aa
b` int) SELECT `ca
b` FROM `ta
b` WHERE `ca
b` = `aa
b`;
CREATE TRIGGER `ga
b` BEFORE INSERT ON `ta
b` FOR EACH ROW SET NEW.`da
b` = 'a';
CREATE EVENT `ea
b` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM `ta
b`;
CREATE TABLE `sa
b` (`ca
b` int PRIMARY KEY, `da
b` int, CONSTRAINT `sfa
b` FOREIGN KEY (`da
b`) REFERENCES `sa
b` (`ca
b`));
CREATE TABLE `ha
b` (`ca
b` int) PARTITION BY LIST (`ca
b`) (PARTITION `pa
b` VALUES IN (1));
CREATE TABLE `pa\` (`ca\` int NOT NULL, `da\` int, PRIMARY KEY (`ca\`), UNIQUE KEY `ia\` (`da\`));
CREATE TABLE `ta\` (`ca\` int NOT NULL, `ga\` int GENERATED ALWAYS AS (`ca\` + 1) VIRTUAL, `da\` varchar(20) DEFAULT 'x' COMMENT 'of a\\', PRIMARY KEY (`ca\`), KEY `ia\` (`da\`(5)), CONSTRAINT `ka\` CHECK (`ca\` > 0), CONSTRAINT `fa\` FOREIGN KEY (`ca\`) REFERENCES `pa\` (`ca\`) ON DELETE CASCADE);
CREATE VIEW `va\` AS SELECT `ca\`, `ga\` AS `ala\` FROM `ta\`;
CREATE FUNCTION `fna\`(`aa\` int) RETURNS int DETERMINISTIC RETURN `aa\` + 1;
CREATE PROCEDURE `pra\`(IN `aa\` int) SELECT `ca\` FROM `ta\` WHERE `ca\` = `aa\`;
CREATE TRIGGER `ga\` BEFORE INSERT ON `ta\` FOR EACH ROW SET NEW.`da\` = 'a';
CREATE EVENT `ea\` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM `ta\`;
CREATE TABLE `sa\` (`ca\` int PRIMARY KEY, `da\` int, CONSTRAINT `sfa\` FOREIGN KEY (`da\`) REFERENCES `sa\` (`ca\`));
CREATE TABLE `ha\` (`ca\` int) PARTITION BY LIST (`ca\`) (PARTITION `pa\` VALUES IN (1));
