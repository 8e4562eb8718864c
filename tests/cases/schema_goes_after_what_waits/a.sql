CREATE SCHEMA one;
CREATE TABLE one.t (a int, b int);
CREATE SCHEMA two;
CREATE VIEW two.v AS SELECT a FROM one.t;
