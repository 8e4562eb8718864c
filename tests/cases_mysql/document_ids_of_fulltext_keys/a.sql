CREATE TABLE added (id int PRIMARY KEY, x text, FULLTEXT KEY ft (x));
CREATE TABLE gone (id int PRIMARY KEY, x text, FTS_DOC_ID bigint unsigned NOT NULL, UNIQUE KEY FTS_DOC_ID_INDEX (FTS_DOC_ID));
CREATE TABLE another (id int PRIMARY KEY, x text, y int, KEY FTS_DOC_ID_INDEX (y));
