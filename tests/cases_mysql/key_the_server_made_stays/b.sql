CREATE TABLE p (id int PRIMARY KEY, k int, UNIQUE KEY uk (k));
CREATE TABLE c (id int PRIMARY KEY, a int, b int, KEY f (a), KEY ab (a, b), UNIQUE KEY abi (a, b, id), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
CREATE TABLE d (id int PRIMARY KEY, a int, b int, KEY ab (a, b), KEY h (a), CONSTRAINT h FOREIGN KEY (a) REFERENCES p (k));
CREATE TABLE e (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a, b), KEY a (a), FOREIGN KEY (a) REFERENCES p (id));
