CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p_id int, n int, KEY both_of_them (p_id, n), CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));
