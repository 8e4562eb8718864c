CREATE TYPE grown AS (a int, z int, b int);
CREATE TYPE another AS (r float8, i float8);
CREATE DOMAIN boxed AS another CHECK ((VALUE).r <= (VALUE).i);
CREATE TABLE t (d1 boxed UNIQUE);
