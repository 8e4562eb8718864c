create table t(a int, b int not null, c int);
alter table t add constraint cn not null c not valid;
