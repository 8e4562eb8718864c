CREATE TYPE grown AS (a int);
CREATE TYPE another AS (cf1 int, cf2 int);
CREATE DOMAIN boxed AS another;
CREATE TABLE t (f1 boxed[]);
