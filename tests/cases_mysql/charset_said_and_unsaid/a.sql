CREATE TABLE t (a varchar(10) COLLATE latin1_bin, b varchar(9), KEY a (a)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE u (a varchar(10), b varchar(10) CHARACTER SET latin1) DEFAULT CHARSET=latin1;
