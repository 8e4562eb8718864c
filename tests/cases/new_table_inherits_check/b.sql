CREATE TABLE p (id int, CONSTRAINT id_check CHECK (id > 0));
CREATE TABLE c () INHERITS (p);
