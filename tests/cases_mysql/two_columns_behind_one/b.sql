CREATE TABLE t (a int, c int, b int, z int, y int, x int);
