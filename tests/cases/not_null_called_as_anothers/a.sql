CREATE TABLE orders (id int NOT NULL);
CREATE TABLE archive_of_orders (LIKE orders);
