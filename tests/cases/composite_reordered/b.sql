CREATE TYPE inside AS (b text, m date, a int);
CREATE TYPE outside AS (two inside[], one inside);
CREATE TYPE alone AS (b text, a int);
CREATE TABLE t (id int, x alone);
CREATE TABLE u (id int, x inside);
