CREATE TABLE t (a inet6, b uuid);
