create table t(a int constraint k1 check (a>0));
create table t1() inherits (t);
