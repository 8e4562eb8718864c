CREATE TYPE one AS ENUM ('a', 'b');
CREATE TYPE two AS ENUM ('a', 'c');
CREATE TABLE t (x one, y two);
