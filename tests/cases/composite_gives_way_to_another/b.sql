CREATE TYPE two AS (a text, b text);
CREATE DOMAIN little AS int CHECK (VALUE < 9);
CREATE TABLE t (id int, x two, y two[], z little[]);
