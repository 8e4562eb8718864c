-- Rows for version 1. Triggers fire as they do in the shop.
INSERT INTO countries VALUES ('DE', 'Germany', 19.0), ('FR', 'France', 20.0), ('JP', '日本', 10.0), ('CL', 'Chile', 19.0);
INSERT INTO customers (email, first_name, last_name, phone, newsletter, fax, tier, created_at, updated_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
SELECT concat('Customer', i, '@Example.org'), elt(1 + i % 5, 'Ana', 'Björn', 'Chloé', 'Dmitri', '恵'),
       elt(1 + i % 4, 'O''Hara', 'Müller', '佐藤', 'de la Cruz'), if(i % 3, concat('+49 ', i), NULL), i % 2,
       if(i % 7, NULL, concat('fax ', i)), elt(1 + i % 3, 'bronze', 'silver', 'gold'),
       '2026-01-01' + INTERVAL i HOUR, '2026-02-01' + INTERVAL i HOUR FROM n;
INSERT INTO addresses (customer_id, kind, street, city, zip, country)
SELECT id, if(id % 4, 'home', 'work'), concat(id, ' "Main" \\ Street'), 'Città', lpad(id, 5, '0'), elt(1 + id % 4, 'DE', 'FR', 'JP', 'CL')
FROM customers;
INSERT INTO categories (id, parent_id, name, slug) VALUES (1, NULL, 'All', 'all'), (2, 1, 'Books', 'books'), (3, 1, 'Tea', 'tea'), (4, 3, 'Green tea', 'green-tea');
INSERT INTO suppliers (name, country, rating) VALUES ('Papier & Söhne', 'DE', 4), ('茶', 'JP', 5), ('Vino', 'CL', NULL);
INSERT INTO products (category_id, supplier_id, sku, name, description, price, cost, status, attributes, weight)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
SELECT 2 + i % 3, if(i % 10, 1 + i % 3, NULL), concat('sku-', lpad(i, 4, '0')), concat('Product ', i), repeat('good ', i % 9),
       5 + i, i / 2, elt(1 + i % 3, 'active', 'draft', 'retired'), if(i % 4, json_object('size', i), NULL), i * 0.5 FROM n;
UPDATE categories SET featured_product_id = id * 3;
UPDATE products SET price = price + 1 WHERE id % 20 = 0;
INSERT INTO warehouses (name, country) VALUES ('North', 'DE'), ('South', 'CL');
INSERT INTO stock (warehouse_id, product_id, quantity) SELECT w.id, p.id, p.id % 11 FROM warehouses w CROSS JOIN products p;
CALL restock(1, 500);
INSERT INTO carts (customer_id, opened_at) SELECT id, '2026-03-01' FROM customers WHERE id % 5 = 0;
INSERT INTO cart_items (cart_id, product_id, quantity) SELECT c.id, p.id, 1 + p.id % 3 FROM carts c JOIN products p ON p.id % 40 = c.id % 40;
INSERT INTO orders (number, customer_id, address_id, status, ordered_at, note)
SELECT concat('N', lpad(id, 11, '0')), id, if(id % 6, id, NULL), elt(1 + id % 3, 'new', 'paid', 'shipped'), '2026-04-01' + INTERVAL id MINUTE,
       if(id % 8, NULL, 'ring twice; ''please''') FROM customers WHERE id % 2 = 0;
INSERT INTO order_items (order_id, line, product_id, quantity, price)
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
SELECT 1 + i DIV 3, 1 + i % 3, 1 + i * 7 % 120, 1 + i % 3, 9.99 * (1 + i % 3) FROM n;
INSERT INTO payments (order_id, method, amount, paid_at) SELECT id, if(id % 2, 'card', 'invoice'), total, ordered_at FROM orders WHERE status <> 'new';
INSERT INTO shipments (order_id, warehouse_id, tracking, shipped_on) SELECT id, 1 + id % 2, concat('T', id), '2026-04-05' FROM orders WHERE status = 'shipped';
INSERT INTO reviews (product_id, customer_id, stars, words) SELECT p.id, c.id, 1 + p.id % 5, 'so so…' FROM products p JOIN customers c ON c.id % 50 = p.id % 50;
INSERT INTO fax_log (customer_id, sent_at) SELECT id, '2026-01-01' FROM customers WHERE fax IS NOT NULL;
INSERT INTO page_views (viewed_on, product_id, seconds) SELECT '2025-06-01' + INTERVAL id * 5 DAY, id, id FROM products WHERE id <= 100;
