CREATE TYPE inside AS (b text, a text);
CREATE TYPE outside AS (one inside, n int);
CREATE DOMAIN dom AS outside;
CREATE TABLE t (id int, x dom, y inside);
