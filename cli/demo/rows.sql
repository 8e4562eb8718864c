-- Rows for version 1 of the shop, a few hundred, the same at every run: no random(), and no now() where it would show.
-- Run as a superuser in a database that shop_v1.sql has just made; ids count from 1.
-- They keep the tighter rules of version 2 as well (ratings from 1, no cheques, a carrier for every shipment, ...).

-- Look-ups
INSERT INTO common.countries (code, name, eu_member, vat_prefix) VALUES
    ('DE', 'Germany', true, 'DE'), ('FR', 'France', true, 'FR'), ('GR', 'Greece', true, 'EL'),
    ('GB', 'United Kingdom', false, NULL), ('JP', 'Japan', false, NULL), ('CI', 'Côte d''Ivoire', false, NULL);

INSERT INTO common.currencies (code, name, minor_digits) VALUES
    ('EUR', 'Euro', 2), ('GBP', 'Pound sterling', 2), ('JPY', 'Yen', 0);

INSERT INTO billing.tax_rates (country_code, name, rate, valid_from, valid_to) VALUES
    ('DE', 'standard', 16, '2020-07-01', '2021-01-01'), ('DE', 'standard', 19, '2021-01-01', NULL),
    ('DE', 'reduced', 7, '2021-01-01', NULL), ('FR', 'standard', 20, '2014-01-01', NULL),
    ('GB', 'standard', 20, '2011-01-04', NULL), ('JP', 'standard', 10, '2019-10-01', NULL);

INSERT INTO billing.ledger_accounts (code, name, kind) VALUES
    ('1200', 'Bank', 'asset'), ('1400', 'Receivables', 'asset'), ('1776', 'VAT due', 'liability'),
    ('4000', 'Sales', 'income'), ('6300', 'Payment fees', 'expense');

INSERT INTO shop.customer_groups (name, discount) VALUES ('Standard', 0), ('Trade', 12.5), ('Staff', 25);

-- Catalogue
INSERT INTO catalog.brands (name, slug, website) VALUES
    ('Nordlicht', 'nordlicht', 'https://nordlicht.example'), ('Atelier Brun', 'atelier-brun', NULL),
    ('O''Malley & Sons', 'omalley-sons', 'https://omalley.example'), ('Kumo', 'kumo', 'https://kumo.example');

INSERT INTO catalog.suppliers (name, country_code, contact_email, lead_time_days, active) VALUES
    ('Holzwerk GmbH', 'DE', 'sales@holzwerk.example', 5, true),
    ('Textiles du Nord', 'FR', 'contact@tdn.example', 12, true),
    ('Kobe Ceramics', 'JP', NULL, 45, false);

INSERT INTO catalog.categories (parent_id, slug, name, position) VALUES
    (NULL, 'home', 'Home', 1), (NULL, 'kitchen', 'Kitchen', 2), (NULL, 'clothing', 'Clothing', 3),
    (1, 'lamps', 'Lamps', 1), (1, 'blankets', 'Blankets', 2), (2, 'cups', 'Cups', 1), (3, 'jackets', 'Jackets', 1);

INSERT INTO catalog.products (brand_id, slug, name, description, status, created_at, updated_at)
SELECT 1 + n % 4,
       'article-' || n,
       (ARRAY['Desk lamp', 'Wool blanket', 'Tea cup', 'Rain jacket'])[1 + n % 4] || ' No. ' || n,
       repeat('Made to last, and easy to repair. ', 1 + n % 5),
       (CASE WHEN n % 10 = 0 THEN 'discontinued' WHEN n % 7 = 0 THEN 'draft' ELSE 'active' END)::catalog.product_status,
       timestamptz '2024-01-10 09:00+00' + n * interval '11 days',
       timestamptz '2024-01-10 09:00+00' + n * interval '12 days'
  FROM generate_series(1, 16) n
 ORDER BY n;

INSERT INTO catalog.product_images (product_id, url, alt_text, position)
SELECT p, format('https://img.example/%s/%s.webp', p, i), CASE i WHEN 1 THEN 'Front view' END, i
  FROM generate_series(1, 16) p, generate_series(1, 2) i
 ORDER BY p, i;

UPDATE catalog.products p
   SET cover_image_id = (SELECT min(i.id) FROM catalog.product_images i WHERE i.product_id = p.id)
 WHERE p.id % 5 <> 0;

INSERT INTO catalog.product_categories (product_id, category_id, is_primary)
SELECT n, 4 + n % 4, true FROM generate_series(1, 16) n
UNION ALL
SELECT n, 1 + n % 3, false FROM generate_series(1, 16, 3) n;

INSERT INTO catalog.variants (product_id, sku, barcode, label, size, weight_g, active)
SELECT p,
       format('NL-%s-%s', lpad(p::text, 4, '0'), lpad(v::text, 2, '0')),
       CASE WHEN v = 1 THEN lpad((4006381000000 + p * 10 + v)::text, 13, '0') END,
       (ARRAY['Standard', 'Large'])[v],
       ROW(100 + 10 * p, 80 + 5 * p, 40 * v)::common.dimensions,
       150 * v + p,
       p <> 13
  FROM generate_series(1, 16) p, generate_series(1, 2) v
 ORDER BY p, v;

INSERT INTO catalog.price_lists (name, currency, country_code, is_default) VALUES
    ('Retail EUR', 'EUR', 'DE', true), ('Trade EUR', 'EUR', 'DE', false), ('Retail GBP', 'GBP', 'GB', true);

INSERT INTO catalog.prices (price_list_id, variant_id, amount, valid)
SELECT 1, n, 9.90 + 2 * n, daterange('2024-01-01', '2025-01-01') FROM generate_series(1, 32) n
UNION ALL
SELECT 1, n, 10.90 + 2 * n, daterange('2025-01-01', NULL) FROM generate_series(1, 32) n
UNION ALL
SELECT 3, n, 8.50 + 2 * n, daterange('2024-06-01', NULL) FROM generate_series(2, 32, 4) n;

INSERT INTO catalog.supplier_products (supplier_id, variant_id, supplier_sku, cost, currency)
SELECT 1 + n % 2, n, 'S' || 7000 + n, 4 + n, 'EUR' FROM generate_series(1, 32) n;

-- Customers. The default address comes second: the two tables refer to each other.
INSERT INTO shop.customers (email, full_name, phone, fax_number, group_id, password_hash, birth_date,
                            created_at, deleted_at)
SELECT format('customer%s@mail.example', n),
       (ARRAY['Anna', 'Björn', 'Chloé', 'Dimitris', 'Éva', 'Fumiko'])[1 + n % 6] || ' '
           || (ARRAY['Schmidt', 'O''Hara', 'Lefèvre', 'Papadopoulos', 'Tanaka'])[1 + n % 5],
       CASE WHEN n % 3 > 0 THEN '+49 30 5550' || 100 + n END,
       CASE WHEN n % 8 = 0 THEN '+49 30 5559' || 100 + n END,
       1 + (n % 12 = 0)::int,
       '$argon2id$v=19$m=65536,t=3,p=4$' || md5(n::text),
       date '1960-03-01' + n * 400,
       timestamptz '2024-02-01 08:00+00' + n * interval '5 days 3 hours',
       CASE WHEN n = 24 THEN timestamptz '2025-01-15 12:00+00' END
  FROM generate_series(1, 24) n
 ORDER BY n;

INSERT INTO shop.addresses (customer_id, kind, recipient, street, city, postal_code, country_code)
SELECT c.id, (CASE a WHEN 1 THEN 'home' ELSE 'work' END)::shop.address_kind, c.full_name,
       format('%s. Straße %s', a, c.id), (ARRAY['Berlin', 'Lyon', 'Leeds'])[1 + c.id % 3], (10000 + c.id * 37)::text,
       (ARRAY['DE', 'FR', 'GB'])[1 + c.id % 3]
  FROM shop.customers c, generate_series(1, 2) a
 WHERE a = 1 OR c.id % 4 = 0
 ORDER BY a, c.id;

UPDATE shop.customers c
   SET default_address_id = (SELECT min(a.id) FROM shop.addresses a WHERE a.customer_id = c.id)
 WHERE c.id % 6 <> 5;

INSERT INTO shop.newsletter_subscriptions (email, customer_id, subscribed_at, confirmed)
SELECT format('reader%s@mail.example', n), CASE WHEN n % 2 = 0 THEN n END,
       timestamptz '2024-03-01 10:00+00' + n * interval '1 day', n % 3 > 0
  FROM generate_series(1, 10) n;

INSERT INTO shop.sessions (id, customer_id, started_at, last_seen, user_agent, ip)
SELECT md5('session' || n)::uuid, CASE WHEN n % 4 > 0 THEN 1 + n % 24 END,
       timestamptz '2025-02-01 10:00+00' + n * interval '7 minutes',
       timestamptz '2025-02-01 10:30+00' + n * interval '9 minutes',
       'Mozilla/5.0', inet '192.0.2.0' + n
  FROM generate_series(1, 20) n;

INSERT INTO shop.carts (id, customer_id, currency, created_at, updated_at, expires_at, checked_out_at)
SELECT md5('cart' || n)::uuid, 1 + n % 24, 'EUR', t, t + interval '1 hour', t + interval '7 days',
       CASE WHEN n <= 12 THEN t + interval '2 hours' END
  FROM generate_series(1, 16) n, LATERAL (SELECT timestamptz '2024-09-01 18:00+00' + n * interval '4 days') AS x (t);

INSERT INTO shop.cart_items (cart_id, variant_id, quantity, added_at)
SELECT md5('cart' || n)::uuid, 1 + (n * 5 + i * 3) % 32, i, timestamptz '2024-09-01 18:05+00' + n * interval '4 days'
  FROM generate_series(1, 16) n, generate_series(1, 2) i;

INSERT INTO catalog.reviews (product_id, customer_id, rating, title, body, verified_purchase, created_at)
SELECT 1 + n % 15, 1 + n % 23, 1 + n % 5, 'Review ' || n,
       CASE WHEN n % 2 = 0 THEN 'Does what it says; the colour isn''t quite as shown.' END,
       n % 3 > 0, timestamptz '2024-11-01 07:00+00' + n * interval '1 day'
  FROM generate_series(1, 25) n;

-- Warehouse: goods come in first, so that no stock level is ever negative
INSERT INTO warehouse.sites (code, name, country_code) VALUES ('BER', 'Berlin', 'DE'), ('LYS', 'Lyon', 'FR');

INSERT INTO warehouse.bins (site_id, code, capacity)
SELECT s, format('%s-%s', chr(64 + b), lpad(b::text, 2, '0')), 100 * b
  FROM generate_series(1, 2) s, generate_series(1, 4) b;

INSERT INTO warehouse.purchase_orders (supplier_id, site_id, ordered_on, expected_on)
SELECT 1 + n % 2, 1 + n % 2, date '2024-05-01' + n, date '2024-05-20' + n FROM generate_series(1, 4) n ORDER BY n;

INSERT INTO warehouse.purchase_order_lines (purchase_order_id, line_no, supplier_id, variant_id, quantity)
SELECT p.id, row_number() OVER (PARTITION BY p.id ORDER BY sp.variant_id), p.supplier_id, sp.variant_id, 50
  FROM warehouse.purchase_orders p JOIN catalog.supplier_products sp USING (supplier_id)
 WHERE sp.variant_id <= 12;

INSERT INTO warehouse.stock_movements (site_id, bin_code, variant_id, quantity, reason, moved_at)
SELECT 1 + n % 2, 'B-02', n, 40 + n, 'purchase', timestamptz '2024-06-01 06:00+00' + n * interval '1 hour'
  FROM generate_series(1, 32) n;

INSERT INTO warehouse.stock_movements (site_id, bin_code, variant_id, quantity, reason, moved_at)
SELECT 1 + n % 2, 'B-02', n, -(1 + n % 3), 'sale', timestamptz '2024-10-01 06:00+00' + n * interval '1 hour'
  FROM generate_series(1, 20) n;

UPDATE warehouse.stock_levels SET reserved = 2 WHERE variant_id <= 6;

-- Orders
INSERT INTO shop.coupons (code, discount, valid, max_redemptions) VALUES
    ('WELCOME-10', 10, tstzrange('2024-01-01 00:00+00', NULL), NULL),
    ('BLACK FRIDAY 24', 60, tstzrange('2024-11-29 00:00+00', '2024-12-01 00:00+00'), 500),
    ('STAFF2025', 70, tstzrange('2025-01-01 00:00+00', '2026-01-01 00:00+00'), 100);

INSERT INTO shop.orders (customer_id, cart_id, billing_address_id, shipping_address_id, status, currency, coupon_id,
                         shipping_cost, placed_at, updated_at, note)
SELECT c,
       CASE WHEN n <= 12 THEN md5('cart' || n)::uuid END,
       (SELECT min(a.id) FROM shop.addresses a WHERE a.customer_id = c),
       (SELECT max(a.id) FROM shop.addresses a WHERE a.customer_id = c),
       (enum_range(NULL::shop.order_status))[1 + n % 6],
       'EUR', CASE WHEN n % 10 = 0 THEN 1 END, CASE WHEN n % 3 = 0 THEN 4.90 ELSE 0 END, t, t,
       CASE WHEN n % 9 = 0 THEN 'Please leave it with the neighbour; we''re out until 6.' END
  FROM generate_series(1, 30) n,
       LATERAL (SELECT 1 + n % 24, timestamptz '2024-09-02 20:00+00' + n * interval '4 days') AS x (c, t)
 ORDER BY n;

INSERT INTO shop.order_lines (order_id, line_no, variant_id, quantity, unit_price)
SELECT o.id, l, v, 1 + (o.id + l) % 4, catalog.current_price(v, 1, o.placed_at::date)
  FROM shop.orders o, generate_series(1, 2) l, LATERAL (SELECT 1 + (o.id * 7 + l * 3) % 32) AS x (v)
 ORDER BY o.id, l;

INSERT INTO shop.order_status_history (order_id, old_status, new_status, changed_at, changed_by)
SELECT id, 'placed', status, placed_at + interval '1 day', 'shop_app'
  FROM shop.orders WHERE status > 'placed' ORDER BY id;

INSERT INTO shop.coupon_redemptions (coupon_id, order_id, amount)
SELECT o.coupon_id, o.id, round(t.goods_total * 0.10, 2)
  FROM shop.orders o JOIN shop.order_totals t ON t.order_id = o.id
 WHERE o.coupon_id IS NOT NULL;

INSERT INTO shop.shipments (order_id, site_id, carrier, tracking_code, shipped_at, delivered_at)
SELECT id, 1 + id % 2, (ARRAY['DHL', 'Chronopost'])[1 + id % 2], 'T' || 900000 + id, placed_at + interval '2 days',
       CASE WHEN status = 'delivered' THEN placed_at + interval '4 days' END
  FROM shop.orders WHERE status IN ('shipped', 'delivered') ORDER BY id;

INSERT INTO shop.shipment_lines (shipment_id, order_line_id, quantity)
SELECT s.id, l.id, l.quantity FROM shop.shipments s JOIN shop.order_lines l USING (order_id);

-- Billing
INSERT INTO billing.invoices (number, order_id, issued_on, due_on, total, paid_at)
SELECT billing.next_invoice_number(d), v.id, d, d + 14, v.total,
       CASE WHEN v.status > 'placed' THEN v.placed_at + interval '1 hour' END
  FROM shop.order_overview v, LATERAL (SELECT (v.placed_at AT TIME ZONE 'UTC')::date) AS x (d)
 WHERE v.status <> 'cancelled' ORDER BY v.id;

INSERT INTO billing.invoice_lines (invoice_id, line_no, description, amount, tax_rate_id)
SELECT i.id, l.line_no, format('%s x variant %s', l.quantity, l.variant_id), l.line_total, 2
  FROM billing.invoices i JOIN shop.order_lines l USING (order_id);

INSERT INTO billing.payments (invoice_id, method, amount, provider_ref, received_at)
SELECT id, (ARRAY['card', 'card', 'transfer', 'wallet'])[1 + id % 4]::billing.payment_method, total,
       'ref_' || md5(id::text), paid_at
  FROM billing.invoices WHERE paid_at IS NOT NULL ORDER BY id;

INSERT INTO billing.refunds (payment_id, amount, reason, created_at)
SELECT id, 5, 'Scratched on arrival', received_at + interval '9 days'
  FROM billing.payments WHERE id % 7 = 0 ORDER BY id;

-- Both sides of a booking in one statement: the ledger must balance at commit.
INSERT INTO billing.ledger_entries (transaction_id, account_code, amount, booked_on)
SELECT p.id, side.account, side.sign * p.amount, (p.received_at AT TIME ZONE 'UTC')::date
  FROM billing.payments p, (VALUES ('1200', 1), ('4000', -1)) AS side (account, sign)
 ORDER BY p.id, side.account;

-- Audit: the past, year by year; nothing that belongs to a partition that version 2 adds
INSERT INTO audit.changes (changed_at, changed_by, table_name, operation, old_row, new_row)
SELECT timestamptz '2023-02-01 00:00+00' + n * interval '20 days', 'shop_app', 'catalog.prices', 'U',
       jsonb_build_object('id', n, 'amount', 9.90), jsonb_build_object('id', n, 'amount', 10.90)
  FROM generate_series(1, 30) n;

REFRESH MATERIALIZED VIEW billing.monthly_revenue;
