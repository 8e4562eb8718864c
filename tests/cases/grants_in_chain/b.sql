CREATE TABLE t (a int);
GRANT SELECT ON t TO chain_a;
