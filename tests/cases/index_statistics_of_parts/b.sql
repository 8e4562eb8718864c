create table t(a int not null, b int, c int, r int4range, d text);
create index i on t(a desc nulls last,b nulls first) include (c);
create index j on t(a,b) where c>2;
create index x on t((a+b),(a-b));
alter index x alter column 2 set statistics 77;
alter index j set (fillfactor=50);
