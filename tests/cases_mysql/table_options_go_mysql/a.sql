CREATE TABLE t (a int, KEY k (a)) COMPRESSION='zlib';
CREATE TABLE u (a int);
