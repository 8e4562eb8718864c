CREATE TABLE t (id int NOT NULL, code varchar(10) NOT NULL, n bigint unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (code, id), UNIQUE KEY n (n));
