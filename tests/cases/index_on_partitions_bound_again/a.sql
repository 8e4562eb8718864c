CREATE TABLE orders (id bigint NOT NULL, total integer, paid boolean, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE orders_0 PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX of_its_own ON orders_1 (paid, total);
CREATE INDEX by_total ON orders (total);
CREATE INDEX by_total_too ON orders (total) WHERE paid;
