insert into t(x) values (5),(6);
