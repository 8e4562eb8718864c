SET sql_mode = '';
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10), c timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, d datetime(6) DEFAULT '0000-00-00 00:00:00', e int NOT NULL DEFAULT 7, f int INVISIBLE, g date DEFAULT (curdate()));
