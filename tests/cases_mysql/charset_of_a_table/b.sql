CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b text, c varchar(10) CHARACTER SET ascii COLLATE ascii_bin, d enum('x','y'), e varchar(5)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
