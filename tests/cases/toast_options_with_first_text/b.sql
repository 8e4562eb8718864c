CREATE TABLE t (i int, s varchar) WITH (fillfactor = 40, toast.autovacuum_vacuum_cost_delay = 23);
