create table p(a int constraint u1 unique);
create table c(a int constraint f1 references p(a));
alter table p alter a set not null;
alter table p replica identity using index u1;
