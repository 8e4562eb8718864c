CREATE TABLE p (id integer, CONSTRAINT early CHECK (id > 0));
