CREATE TABLE added (FTS_DOC_ID bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, id int, x text, FULLTEXT KEY ft (x), UNIQUE KEY FTS_DOC_ID_INDEX (FTS_DOC_ID));
CREATE TABLE gone (id int PRIMARY KEY, x text, FULLTEXT KEY ft (x));
CREATE TABLE another (id int PRIMARY KEY, x text, y int, FULLTEXT KEY ft (x));
