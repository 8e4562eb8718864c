CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b text, c varchar(10) CHARACTER SET ascii COLLATE ascii_bin, d enum('x','y')) DEFAULT CHARSET=latin1;
