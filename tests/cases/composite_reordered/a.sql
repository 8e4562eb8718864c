CREATE TYPE inside AS (a int, b text);
CREATE TYPE outside AS (one inside, two inside[]);
CREATE TYPE alone AS (a int, b text);
CREATE TABLE t (id int, x alone);
CREATE TABLE u (id int, x inside);
