CREATE TYPE e AS ENUM ('a','b');
CREATE TYPE f AS ENUM ('b','a','c');
CREATE DOMAIN de AS e;
CREATE DOMAIN di AS int CHECK (VALUE > 0);
CREATE DOMAIN dt AS text;
CREATE DOMAIN ddi AS di;
CREATE TABLE t (a e, b text, c di, d dt, g e[], h int, i de, j text[], k dt);
