CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int, e e GENERATED ALWAYS AS (CASE WHEN id > 1 THEN 'b'::e ELSE 'a'::e END) STORED);
