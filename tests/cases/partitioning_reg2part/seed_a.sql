insert into ref values(1),(2); insert into t(r,note) values(1,'a'),(2,'b'); insert into other values(1,'2024-01-01');
