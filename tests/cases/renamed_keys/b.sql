create table p(a int constraint u2 unique);
create table c(a int constraint f2 references p(a));
alter table p alter a set not null;
alter table p replica identity using index u2;
