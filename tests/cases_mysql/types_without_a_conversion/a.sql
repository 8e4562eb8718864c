CREATE TABLE t (a int, b inet6);
