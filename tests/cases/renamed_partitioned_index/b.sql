create table t(a int) partition by range(a);
create table t1 partition of t for values from (0) to (9);
create index i2 on t(a);
