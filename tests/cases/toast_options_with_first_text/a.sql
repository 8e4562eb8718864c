CREATE TABLE t (i int) WITH (fillfactor = 13);
