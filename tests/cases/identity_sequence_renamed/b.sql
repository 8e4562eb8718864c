create table t(id int generated always as identity (sequence name bar increment -1), x int);
