CREATE TYPE one AS (a text, b text);
CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE TABLE t (id int, x one, y one[], z small[]);
