CREATE TABLE p (id int PRIMARY KEY, status enum('x') NOT NULL);
CREATE VIEW v AS SELECT status FROM p;
