CREATE SCHEMA other;
CREATE TABLE other.t (a int, b int);
CREATE SCHEMA two;
CREATE VIEW two.v AS SELECT a FROM other.t;
