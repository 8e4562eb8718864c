CREATE TYPE one AS ENUM ('b', 'a');
CREATE TYPE two AS ENUM ('c');
CREATE TABLE t (x two, y one);
