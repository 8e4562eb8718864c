CREATE TYPE e AS ENUM ('a','b');
CREATE TYPE f AS ENUM ('b','a','c');
CREATE DOMAIN de AS e;
CREATE DOMAIN di AS int CHECK (VALUE > 0);
CREATE DOMAIN dt AS text;
CREATE DOMAIN ddi AS di;
CREATE TABLE t (a f, b e, c dt, d ddi, g f[], h di, i f, j e[], k de);
