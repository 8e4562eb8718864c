CREATE TYPE e AS ENUM ('a', 'b');
CREATE DOMAIN email AS e CHECK (VALUE <> 'a');
CREATE TABLE t (x email);
