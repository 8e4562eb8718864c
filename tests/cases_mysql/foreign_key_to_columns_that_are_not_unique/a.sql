/*!80400 SET restrict_fk_on_non_standard_key = OFF */;
CREATE TABLE p (a int, b int, c int, KEY (a), PRIMARY KEY (b, c));
CREATE TABLE c (a int, b int);
CREATE TABLE d (a int, CONSTRAINT d_1 FOREIGN KEY (a) REFERENCES p (a));
