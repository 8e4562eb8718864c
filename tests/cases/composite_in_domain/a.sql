CREATE TYPE inside AS (a text, b text);
CREATE TYPE outside AS (one inside, n int);
CREATE DOMAIN dom AS outside;
CREATE TABLE t (id int, x dom, y inside);
