-- Version 2 of the shop, for MySQL and MariaDB. What stands in /*!80013 ... */ only MySQL reads, in /*M! ... */ only MariaDB.

CREATE TABLE countries (
    code char(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name varchar(80) NOT NULL,
    vat_percent decimal(5, 1) NOT NULL DEFAULT 20.0 COMMENT 'of most goods',
    currency char(3) NOT NULL DEFAULT 'EUR',
    PRIMARY KEY (code),
    UNIQUE KEY countries_name (name),
    CONSTRAINT countries_vat CHECK (vat_percent BETWEEN 0 AND 50)
) COMMENT = 'ISO 3166-1; their taxes';

CREATE TABLE customers (
    id int NOT NULL AUTO_INCREMENT,
    email varchar(254) NOT NULL,
    last_name varchar(80) NOT NULL,
    first_name varchar(80) NOT NULL,
    full_name varchar(162) GENERATED ALWAYS AS (concat(last_name, ', ', first_name)) VIRTUAL,
    phone varchar(30) DEFAULT NULL,
    newsletter tinyint(1) NOT NULL DEFAULT 1,
    referred_by int DEFAULT NULL,
    tier enum('bronze', 'silver', 'gold', 'platinum') NOT NULL DEFAULT 'bronze',
    created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    UNIQUE KEY customers_email (email),
    KEY customers_name (last_name, first_name),
    KEY customers_referred (referred_by),
    CONSTRAINT customers_referred_fk FOREIGN KEY (referred_by) REFERENCES customers (id) ON DELETE SET NULL,
    CONSTRAINT customers_not_own CHECK (email LIKE '%@%')
);

CREATE TABLE addresses (
    id int NOT NULL AUTO_INCREMENT,
    customer_id int NOT NULL,
    kind enum('home', 'work', 'locker') NOT NULL DEFAULT 'home',
    street varchar(120) NOT NULL,
    city varchar(80) NOT NULL,
    zip varchar(16) DEFAULT NULL,
    country char(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (id),
    KEY addresses_customer (customer_id),
    KEY addresses_country (country),
    CONSTRAINT addresses_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    CONSTRAINT addresses_country_fk FOREIGN KEY (country) REFERENCES countries (code) ON UPDATE CASCADE
);

CREATE TABLE categories (
    id int NOT NULL AUTO_INCREMENT,
    parent_id int DEFAULT NULL,
    name varchar(60) NOT NULL,
    slug varchar(60) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
    position smallint NOT NULL DEFAULT 0,
    featured_product_id int DEFAULT NULL COMMENT 'in the shop window',
    PRIMARY KEY (id),
    UNIQUE KEY categories_slug (slug),
    KEY categories_parent (parent_id),
    KEY categories_featured (featured_product_id),
    CONSTRAINT categories_parent_fk FOREIGN KEY (parent_id) REFERENCES categories (id)
);

CREATE TABLE suppliers (
    id int NOT NULL AUTO_INCREMENT,
    name varchar(80) NOT NULL,
    country char(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    rating smallint unsigned DEFAULT NULL,
    web varchar(200) DEFAULT NULL,
    PRIMARY KEY (id),
    KEY suppliers_country (country),
    CONSTRAINT suppliers_country_fk FOREIGN KEY (country) REFERENCES countries (code),
    CONSTRAINT suppliers_rating CHECK (rating <= 10)
);

CREATE TABLE products (
    id int NOT NULL AUTO_INCREMENT,
    category_id int NOT NULL,
    supplier_id int DEFAULT NULL,
    sku varchar(20) NOT NULL,
    name varchar(100) NOT NULL,
    description text,
    price decimal(10, 2) NOT NULL,
    cost decimal(8, 2) NOT NULL DEFAULT 0.00,
    margin decimal(8, 2) GENERATED ALWAYS AS (price - cost - 1) STORED,
    status enum('draft', 'active', 'sold out', 'retired') NOT NULL DEFAULT 'draft',
    attributes json DEFAULT NULL,
    weight double DEFAULT NULL,
    listed tinyint(1) GENERATED ALWAYS AS (status = 'active') STORED,
    PRIMARY KEY (id),
    UNIQUE KEY products_sku (sku),
    KEY products_category (category_id, listed, price),
    /*!80013 KEY products_upper ((upper(sku))), */
    KEY products_price (price) /*!80013 INVISIBLE */ /*M! IGNORED */,
    KEY products_supplier (supplier_id),
    FULLTEXT KEY products_text (name, description),
    CONSTRAINT products_category_fk FOREIGN KEY (category_id) REFERENCES categories (id),
    CONSTRAINT products_supplier_fk FOREIGN KEY (supplier_id) REFERENCES suppliers (id) ON DELETE SET NULL,
    CONSTRAINT products_price CHECK (price >= cost OR status = 'draft')
);

-- Each category has products, and one of them is in its window: a circle.
ALTER TABLE categories ADD CONSTRAINT categories_featured_fk
    FOREIGN KEY (featured_product_id) REFERENCES products (id) ON DELETE SET NULL;

CREATE TABLE warehouses (
    id smallint unsigned NOT NULL AUTO_INCREMENT,
    name varchar(60) NOT NULL,
    country char(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    manager_id int DEFAULT NULL,
    PRIMARY KEY (id),
    KEY warehouses_country (country),
    KEY warehouses_manager (manager_id),
    CONSTRAINT warehouses_country_fk FOREIGN KEY (country) REFERENCES countries (code)
);

CREATE TABLE employees (
    id int NOT NULL AUTO_INCREMENT,
    warehouse_id smallint unsigned DEFAULT NULL,
    name varchar(80) NOT NULL,
    PRIMARY KEY (id),
    KEY employees_warehouse (warehouse_id),
    CONSTRAINT employees_warehouse_fk FOREIGN KEY (warehouse_id) REFERENCES warehouses (id) ON DELETE SET NULL
);

-- A second circle.
ALTER TABLE warehouses ADD CONSTRAINT warehouses_manager_fk
    FOREIGN KEY (manager_id) REFERENCES employees (id) ON DELETE SET NULL;

CREATE TABLE stock (
    warehouse_id smallint unsigned NOT NULL,
    product_id int NOT NULL,
    quantity bigint NOT NULL DEFAULT 0,
    reserved int NOT NULL DEFAULT 0,
    free bigint GENERATED ALWAYS AS (quantity - reserved) VIRTUAL,
    PRIMARY KEY (warehouse_id, product_id),
    KEY stock_product (product_id),
    CONSTRAINT stock_warehouse_fk FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT stock_product_fk FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
    CONSTRAINT stock_quantity CHECK (quantity >= 0)
);

CREATE TABLE carts (
    id int NOT NULL AUTO_INCREMENT,
    customer_id int NOT NULL,
    opened_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    KEY carts_customer (customer_id),
    CONSTRAINT carts_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);

CREATE TABLE cart_items (
    cart_id int NOT NULL,
    product_id int NOT NULL,
    quantity smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (cart_id, product_id),
    KEY cart_items_product (product_id),
    CONSTRAINT cart_items_cart_fk FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
    CONSTRAINT cart_items_product_fk FOREIGN KEY (product_id) REFERENCES products (id)
);

CREATE TABLE coupons (
    code varchar(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    percent tinyint unsigned NOT NULL,
    valid_until date DEFAULT NULL,
    PRIMARY KEY (code),
    CONSTRAINT coupons_percent CHECK (percent <= 100)
) COMMENT = 'what marketing hands out';

CREATE TABLE orders (
    id int NOT NULL AUTO_INCREMENT,
    number char(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    customer_id int NOT NULL,
    address_id int DEFAULT NULL,
    status enum('new', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'new',
    total decimal(10, 2) NOT NULL DEFAULT 0.00,
    ordered_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    coupon varchar(20) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
    note mediumtext,
    PRIMARY KEY (id),
    UNIQUE KEY orders_number (number),
    KEY orders_by_customer (customer_id, ordered_at),
    KEY orders_coupon (coupon),
    KEY orders_status (status),
    KEY orders_address (address_id),
    CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT orders_address_fk FOREIGN KEY (address_id) REFERENCES addresses (id) ON DELETE SET NULL,
    CONSTRAINT orders_coupon_fk FOREIGN KEY (coupon) REFERENCES coupons (code)
);

CREATE TABLE order_items (
    order_id int NOT NULL,
    line smallint NOT NULL,
    product_id int NOT NULL,
    quantity int NOT NULL,
    price decimal(10, 2) NOT NULL,
    discount decimal(4, 2) NOT NULL DEFAULT 0.00,
    amount decimal(14, 2) GENERATED ALWAYS AS (quantity * price * (1 - discount)) STORED,
    PRIMARY KEY (order_id, line),
    KEY order_items_product (product_id),
    CONSTRAINT order_items_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    CONSTRAINT order_items_product_fk FOREIGN KEY (product_id) REFERENCES products (id),
    CONSTRAINT order_items_quantity CHECK (quantity > 0)
);

CREATE TABLE payments (
    id int NOT NULL AUTO_INCREMENT,
    order_id int NOT NULL,
    method enum('card', 'invoice', 'wallet') NOT NULL,
    amount decimal(10, 2) NOT NULL,
    paid_at datetime DEFAULT NULL,
    reference binary(16) DEFAULT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY payments_order (order_id, method),
    CONSTRAINT payments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id)
);

CREATE TABLE shipments (
    id bigint NOT NULL AUTO_INCREMENT,
    order_id int NOT NULL,
    warehouse_id smallint unsigned NOT NULL,
    tracking varchar(40) DEFAULT NULL,
    shipped_on date DEFAULT NULL,
    PRIMARY KEY (id),
    KEY shipments_order (order_id),
    KEY shipments_warehouse (warehouse_id),
    CONSTRAINT shipments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id),
    CONSTRAINT shipments_warehouse_fk FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);

CREATE TABLE reviews (
    id int NOT NULL AUTO_INCREMENT,
    product_id int NOT NULL,
    customer_id int NOT NULL,
    stars tinyint NOT NULL,
    words text,
    PRIMARY KEY (id),
    UNIQUE KEY reviews_once (product_id, customer_id),
    KEY reviews_customer (customer_id),
    CONSTRAINT reviews_product_fk FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
    CONSTRAINT reviews_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    CONSTRAINT reviews_stars CHECK (stars BETWEEN 1 AND 5)
);

CREATE TABLE review_votes (
    review_id int NOT NULL,
    customer_id int NOT NULL,
    helpful tinyint(1) NOT NULL,
    PRIMARY KEY (review_id, customer_id),
    KEY review_votes_customer (customer_id),
    CONSTRAINT review_votes_review_fk FOREIGN KEY (review_id) REFERENCES reviews (id) ON DELETE CASCADE,
    CONSTRAINT review_votes_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);

CREATE TABLE wishes (
    customer_id int NOT NULL,
    product_id int NOT NULL,
    since datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (customer_id, product_id),
    KEY wishes_product (product_id),
    CONSTRAINT wishes_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    CONSTRAINT wishes_product_fk FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
);

CREATE TABLE page_views (
    id bigint NOT NULL AUTO_INCREMENT,
    viewed_on date NOT NULL,
    product_id int NOT NULL,
    seconds int NOT NULL DEFAULT 0,
    PRIMARY KEY (id, viewed_on),
    KEY page_views_product (product_id)
)
PARTITION BY RANGE (year(viewed_on)) (
    PARTITION p2025 VALUES LESS THAN (2026),
    PARTITION p2026 VALUES LESS THAN (2027),
    PARTITION p2027 VALUES LESS THAN (2028) COMMENT = 'of next year'
);

CREATE TABLE audit (
    id bigint NOT NULL AUTO_INCREMENT,
    what varchar(60) NOT NULL,
    detail varchar(400) DEFAULT NULL,
    at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    KEY audit_at (at)
) COMMENT = 'written by triggers' ROW_FORMAT = DYNAMIC;

/*M! CREATE SEQUENCE order_numbers START WITH 1000 INCREMENT BY 1 CACHE 50 CYCLE */;

CREATE VIEW active_products AS
    SELECT p.id, p.sku, p.name, p.price, p.weight, c.name AS category
    FROM products p JOIN categories c ON c.id = p.category_id WHERE p.status = 'active';
CREATE VIEW order_totals AS
    SELECT o.id, o.customer_id, o.status, sum(i.amount) AS total, count(*) AS positions, max(i.discount) AS discount
    FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id, o.customer_id, o.status;
CREATE VIEW customer_value AS
    SELECT c.id, c.full_name, coalesce(sum(t.total), 0) AS spent, count(t.id) AS orders
    FROM customers c LEFT JOIN order_totals t ON t.customer_id = c.id GROUP BY c.id, c.full_name;
CREATE VIEW best_customers AS SELECT v.id, v.full_name, v.spent, v.orders FROM customer_value v WHERE v.spent > 250;
CREATE VIEW cheap_products AS
    SELECT products.id, products.sku, products.price FROM products WHERE products.price < 20 WITH CASCADED CHECK OPTION;

CREATE SQL SECURITY INVOKER VIEW scarce_products AS
    SELECT a.id, a.name, sum(s.free) AS free FROM active_products a JOIN stock s ON s.product_id = a.id
    GROUP BY a.id, a.name HAVING sum(s.free) < 5;

DELIMITER //
CREATE FUNCTION with_vat(net decimal(10, 2), country char(2)) RETURNS decimal(10, 2) READS SQL DATA
BEGIN
    DECLARE percent decimal(5, 1) DEFAULT 20;
    SELECT c.vat_percent INTO percent FROM countries c WHERE c.code = country;
    RETURN round(net * (1 + percent / 100), 2);
END//
CREATE FUNCTION initials(first_name varchar(60), last_name varchar(60)) RETURNS char(3) DETERMINISTIC NO SQL
    RETURN upper(concat(left(first_name, 1), left(last_name, 1)))//
CREATE PROCEDURE restock(IN product int, IN pieces int) MODIFIES SQL DATA SQL SECURITY INVOKER COMMENT 'into the first warehouse that there is'
BEGIN
    -- one row a product; a second delivery adds up
    INSERT INTO stock (warehouse_id, product_id, quantity) SELECT min(w.id), product, pieces FROM warehouses w
    ON DUPLICATE KEY UPDATE quantity = quantity + pieces;
END//
CREATE PROCEDURE reserve(IN product int, IN pieces int, OUT done int)
BEGIN
    UPDATE stock SET reserved = reserved + pieces WHERE product_id = product AND quantity - reserved >= pieces LIMIT 1;
    SET done = row_count();
END//
CREATE PROCEDURE forget_carts(IN days int)
BEGIN
    DELETE FROM carts WHERE opened_at < now() - INTERVAL days DAY;
END//
CREATE TRIGGER products_price_audit AFTER UPDATE ON products FOR EACH ROW
BEGIN
    IF NEW.price <> OLD.price THEN
        INSERT INTO audit (what, detail) VALUES ('price', concat(NEW.sku, ': ', OLD.price, ' -> ', NEW.price));
    END IF;
END//
CREATE TRIGGER order_items_total AFTER INSERT ON order_items FOR EACH ROW
    UPDATE orders SET total = total + NEW.quantity * NEW.price * (1 - NEW.discount) WHERE id = NEW.order_id//
CREATE TRIGGER order_items_reserve AFTER INSERT ON order_items FOR EACH ROW
    CALL reserve(NEW.product_id, NEW.quantity, @done)//
CREATE TRIGGER customers_email_case BEFORE INSERT ON customers FOR EACH ROW SET NEW.email = lower(NEW.email)//
CREATE EVENT nightly_carts ON SCHEDULE EVERY 12 HOUR STARTS '2030-01-01 03:00:00' ON COMPLETION PRESERVE
    DO CALL forget_carts(30)//
CREATE EVENT yearly_audit ON SCHEDULE EVERY 1 YEAR STARTS '2030-01-01 00:00:00' COMMENT 'the law says ten'
    DO DELETE FROM audit WHERE at < now() - INTERVAL 10 YEAR//
DELIMITER ;
