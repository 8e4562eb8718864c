CREATE TABLE p (a int NOT NULL, b bigint not null, c int, primary key (a, b), unique (b, a)) PARTITION BY RANGE (a);
create table q partition of p for values from (0) to (100);
create index on p (c, (b+1), (b+2)) include (b) with (fillfactor=44);
