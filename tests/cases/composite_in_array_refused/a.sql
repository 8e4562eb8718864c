CREATE TYPE inside AS (a text, b text);
CREATE TYPE outside AS (many inside[]);
CREATE TABLE t (id int, x outside);
