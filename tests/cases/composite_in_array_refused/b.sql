CREATE TYPE inside AS (b text, a text);
CREATE TYPE outside AS (many inside[]);
CREATE TABLE t (id int, x outside);
