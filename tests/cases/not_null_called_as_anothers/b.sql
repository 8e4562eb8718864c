CREATE TABLE orders (id int NOT NULL, total int NOT NULL, at date);
CREATE TABLE archive_of_orders (LIKE orders);
ALTER TABLE orders ALTER at SET NOT NULL;
CREATE TABLE later_orders (LIKE orders);
CREATE TABLE big_orders (LIKE orders);
