CREATE TABLE p (a int NOT NULL, b int not null, c int) PARTITION BY RANGE (a);
create table q partition of p for values from (0) to (100) partition by range (b);
create table q1 partition of q for values from (0) to (10);
create table q2 (a int not null, b int not null, c int);
create index q2x on q2 (c) with (fillfactor=30);
create index px on p (c);
alter table q attach partition q2 for values from (10) to (20);
