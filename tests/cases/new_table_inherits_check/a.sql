CREATE TABLE p (id int, CONSTRAINT id_check CHECK (id > 0));
