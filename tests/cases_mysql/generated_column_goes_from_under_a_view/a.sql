CREATE TABLE p (id int PRIMARY KEY, status enum('x','y') NOT NULL, listed tinyint AS (status = 'x') STORED);
CREATE VIEW v AS SELECT status, listed FROM p;
