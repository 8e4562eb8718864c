CREATE TABLE p (id bigint PRIMARY KEY, code varchar(20) NOT NULL, UNIQUE KEY code (code));
CREATE TABLE c (id int PRIMARY KEY, p_id bigint, code varchar(20), CONSTRAINT f1 FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL, CONSTRAINT f2 FOREIGN KEY (code) REFERENCES p (code) ON DELETE CASCADE);
CREATE TABLE self_ref (id bigint PRIMARY KEY, up bigint, CONSTRAINT f3 FOREIGN KEY (up) REFERENCES self_ref (id));
CREATE TABLE late (id int PRIMARY KEY, p_id bigint, CONSTRAINT f4 FOREIGN KEY (p_id) REFERENCES p (id));
