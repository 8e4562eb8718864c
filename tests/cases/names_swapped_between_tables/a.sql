create table t(a int, b int);
create index i1 on t(a);
create table u(a int);
create index i2 on u(a);
