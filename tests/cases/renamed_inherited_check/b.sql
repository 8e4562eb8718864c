create table t(a int constraint k2 check (a>0));
create table t1() inherits (t);
