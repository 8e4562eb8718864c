create table t(a int not null, b int, c int, r int4range, d text);
create index i on t(a);
create index j on t(a,b) where c>1;
create index x on t((a+b));
