CREATE TABLE p (id int PRIMARY KEY, code varchar(10) NOT NULL, UNIQUE KEY code (code));
CREATE TABLE c (id int PRIMARY KEY, p_id int, code varchar(10), CONSTRAINT f1 FOREIGN KEY (p_id) REFERENCES p (id), CONSTRAINT f2 FOREIGN KEY (code) REFERENCES p (code) ON DELETE CASCADE);
CREATE TABLE self_ref (id int PRIMARY KEY, up int, CONSTRAINT f3 FOREIGN KEY (up) REFERENCES self_ref (id));
