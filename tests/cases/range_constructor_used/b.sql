CREATE TYPE texts AS RANGE (subtype = text, collation = "C", multirange_type_name = manytexts);
CREATE TABLE t (a text, b text, r texts GENERATED ALWAYS AS (texts(a, b)) STORED, s texts DEFAULT texts('a', 'b', '[]'));
CREATE VIEW v AS SELECT texts(a, b) AS one, manytexts(texts(a, b)) AS many FROM t;
