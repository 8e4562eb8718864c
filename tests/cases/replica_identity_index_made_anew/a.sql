create table t(a int not null, b int not null);
create unique index i on t(a);
alter table t replica identity using index i;
