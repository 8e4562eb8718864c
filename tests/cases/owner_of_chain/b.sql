CREATE TABLE t (a int);
ALTER TABLE t OWNER TO chain_b;
GRANT SELECT ON t TO chain_a;
