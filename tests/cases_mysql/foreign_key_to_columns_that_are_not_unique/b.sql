/*!80400 SET restrict_fk_on_non_standard_key = OFF */;
CREATE TABLE p (a int, b int, c int, KEY (a), PRIMARY KEY (b, c));
CREATE TABLE c (a int, b int, CONSTRAINT c_1 FOREIGN KEY (a) REFERENCES p (a),
  CONSTRAINT c_2 FOREIGN KEY (b) REFERENCES p (b));
CREATE TABLE d (a int);
