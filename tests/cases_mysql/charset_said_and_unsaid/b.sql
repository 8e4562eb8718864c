CREATE TABLE t (a varchar(10), b varchar(9) CHARACTER SET utf8mb4, KEY a (a)) DEFAULT CHARSET=latin1 COLLATE=latin1_bin;
CREATE TABLE u (a varchar(10) CHARACTER SET latin1, b varchar(10)) DEFAULT CHARSET=latin1;
