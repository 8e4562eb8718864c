CREATE TYPE e AS ENUM ('b', 'a');
CREATE DOMAIN email AS e CHECK (VALUE <> 'a');
CREATE TABLE t (x email);
