CREATE TABLE p (c text, k int) PARTITION BY LIST (k);
CREATE TABLE q PARTITION OF p FOR VALUES IN (1, 2) PARTITION BY LIST (k);
CREATE TABLE q1 (c int, k int);
CREATE TABLE q2 (c int, k int, d int, CONSTRAINT positive CHECK (d > 0));
