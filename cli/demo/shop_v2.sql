-- The database of a web shop, version 2: the whole schema from nothing, for PostgreSQL 13 or newer.
--
--   psql -v ON_ERROR_STOP=1 -f shop_v2.sql        (as a superuser, in an empty database)
--
-- Plain SQL without psql commands and without extensions, so any driver can run it.
-- Order of the file: roles and schemas, types, helper functions, tables by schema, the keys that close cycles,
-- views, functions and triggers, row-level security, privileges.

-- ---------------------------------------------------------------------------------------------------------------------
-- Roles and schemas
-- ---------------------------------------------------------------------------------------------------------------------

-- Roles belong to the cluster, not to the database: another database may have made them already.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['shop_owner', 'shop_app', 'shop_readonly'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA common    AUTHORIZATION shop_owner;
CREATE SCHEMA catalog   AUTHORIZATION shop_owner;
CREATE SCHEMA shop      AUTHORIZATION shop_owner;
CREATE SCHEMA warehouse AUTHORIZATION shop_owner;
CREATE SCHEMA billing   AUTHORIZATION shop_owner;
CREATE SCHEMA loyalty   AUTHORIZATION shop_owner;
CREATE SCHEMA audit     AUTHORIZATION shop_owner;

COMMENT ON SCHEMA common    IS 'Types, look-ups and helpers that every other schema uses';
COMMENT ON SCHEMA catalog   IS 'What we sell, and for how much';
COMMENT ON SCHEMA shop      IS 'Customers, carts, orders, shipments';
COMMENT ON SCHEMA warehouse IS 'Where the goods are';
COMMENT ON SCHEMA billing   IS 'Invoices, payments and the ledger';
COMMENT ON SCHEMA loyalty   IS 'The points programme (2025)';
COMMENT ON SCHEMA audit     IS 'Who changed what. Append only.';

-- Everything below belongs to shop_owner, which is the only role that may alter it.
SET ROLE shop_owner;

-- Nobody runs a function of ours unless granted below.
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- ---------------------------------------------------------------------------------------------------------------------
-- Types
-- ---------------------------------------------------------------------------------------------------------------------

CREATE DOMAIN common.email AS text
    CONSTRAINT email_looks_like_one CHECK (VALUE ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$');
COMMENT ON DOMAIN common.email IS 'Good enough to send a confirmation to; only the confirmation proves it';

CREATE DOMAIN common.slug AS text
    CONSTRAINT slug_is_url_safe CHECK (VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
    CONSTRAINT slug_fits_a_line CHECK (length(VALUE) <= 80);

CREATE DOMAIN common.phone AS varchar(30)
    CONSTRAINT phone_has_digits CHECK (VALUE ~ '[0-9]');

CREATE DOMAIN common.currency_code AS char(3)
    CONSTRAINT currency_is_iso CHECK (VALUE ~ '^[A-Z]{3}$');

CREATE DOMAIN common.amount AS numeric(12, 2)
    CONSTRAINT amount_not_negative CHECK (VALUE >= 0);
COMMENT ON DOMAIN common.amount
    IS 'Money in the currency of the row. The table tells which way it goes, never the sign.';

CREATE DOMAIN common.percentage AS numeric(5, 2)
    DEFAULT 0
    CONSTRAINT percentage_in_range CHECK (VALUE BETWEEN 0 AND 100);

CREATE TYPE common.dimensions AS (length_mm integer, width_mm integer, height_mm integer);
COMMENT ON TYPE common.dimensions IS 'Outer size of the packed article';

CREATE TYPE catalog.product_status AS ENUM ('draft', 'active', 'discontinued');

CREATE TYPE shop.address_kind AS ENUM ('home', 'work', 'pickup_point');

CREATE TYPE shop.order_status AS ENUM (
    'awaiting_payment', 'placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled'
);
COMMENT ON TYPE shop.order_status IS 'In the order in which an order normally passes through them';

CREATE TYPE warehouse.movement_reason AS ENUM ('purchase', 'sale', 'return', 'stocktaking', 'damage');

CREATE TYPE billing.payment_method AS ENUM ('card', 'transfer', 'wallet', 'voucher');

CREATE TYPE loyalty.entry_kind AS ENUM ('earned', 'spent', 'expired', 'goodwill');

CREATE TYPE billing.account_kind AS ENUM ('asset', 'liability', 'income', 'expense');

-- ---------------------------------------------------------------------------------------------------------------------
-- Helper functions: no table is read here
-- ---------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION common.normalise_code(code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT upper(regexp_replace(code, '[\s-]+', '', 'g')) $$;
COMMENT ON FUNCTION common.normalise_code(text) IS 'summer-24, "SUMMER 24" and Summer24 are the same code';

CREATE FUNCTION common.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- Weighted average: the state is {sum of value * weight, sum of weight}.
CREATE FUNCTION common.weighted_avg_step(state numeric[], value numeric, weight numeric) RETURNS numeric[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN value IS NULL OR weight IS NULL THEN state
                ELSE ARRAY[state[1] + value * weight, state[2] + weight] END
$$;

CREATE FUNCTION common.weighted_avg_final(state numeric[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT state[1] / nullif(state[2], 0) $$;

CREATE AGGREGATE common.weighted_avg(value numeric, weight numeric) (
    SFUNC     = common.weighted_avg_step,
    STYPE     = numeric[],
    FINALFUNC = common.weighted_avg_final,
    INITCOND  = '{0,0}',
    PARALLEL  = SAFE
);
COMMENT ON AGGREGATE common.weighted_avg(numeric, numeric) IS 'NULL when the weights add up to nothing';

CREATE FUNCTION catalog.net_price(gross numeric, rate numeric, digits integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT round(gross / (1 + rate / 100), digits) $$;
COMMENT ON FUNCTION catalog.net_price(numeric, numeric, integer)
    IS 'Price without tax, rounded to the smallest coin of the currency: yen have no cents';

-- The application sets shop.customer_id after it has authenticated somebody; unset means nobody.
CREATE FUNCTION shop.current_customer_id() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('shop.customer_id', true), '')::bigint $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- common
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE common.countries (
    code       char(2) CONSTRAINT countries_pkey PRIMARY KEY,
    name       text NOT NULL CONSTRAINT countries_name_key UNIQUE,
    eu_member  boolean NOT NULL DEFAULT false,
    vat_prefix char(2),
    CONSTRAINT countries_code_upper CHECK (code = upper(code)),
    CONSTRAINT countries_eu_has_prefix CHECK (NOT eu_member OR vat_prefix IS NOT NULL)
);
COMMENT ON COLUMN common.countries.vat_prefix IS 'Not always the country code: Greece is GR but files VAT as EL';

CREATE TABLE common.currencies (
    code         common.currency_code PRIMARY KEY,
    name         text NOT NULL,
    minor_digits smallint NOT NULL DEFAULT 2,
    CONSTRAINT currencies_minor_digits_check CHECK (minor_digits BETWEEN 0 AND 4)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- catalog
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE catalog.brands (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    slug       common.slug NOT NULL UNIQUE,
    website    text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE catalog.suppliers (
    -- BY DEFAULT: the import from the purchasing system brings its own numbers.
    id             integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    name           text NOT NULL,
    country_code   char(2) NOT NULL REFERENCES common.countries,
    contact_email  common.email,
    lead_time_days smallint NOT NULL DEFAULT 7 CHECK (lead_time_days BETWEEN 0 AND 365),
    rating         smallint CONSTRAINT suppliers_rating_check CHECK (rating BETWEEN 1 AND 5),
    active         boolean NOT NULL DEFAULT true
);

CREATE TABLE catalog.categories (
    id        serial PRIMARY KEY,
    parent_id integer REFERENCES catalog.categories ON DELETE RESTRICT,
    slug      common.slug NOT NULL,
    name      text NOT NULL,
    position  integer NOT NULL DEFAULT 0,
    CONSTRAINT categories_parent_slug_key UNIQUE (parent_id, slug),
    CONSTRAINT categories_parent_check CHECK (parent_id <> id)
);
-- UNIQUE lets many NULLs pass, so the top level needs its own rule.
CREATE UNIQUE INDEX categories_root_slug_key ON catalog.categories (slug) WHERE parent_id IS NULL;

CREATE TABLE catalog.products (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    brand_id       integer REFERENCES catalog.brands ON DELETE SET NULL,
    slug           common.slug NOT NULL,
    name           text NOT NULL,
    description    text,
    status         catalog.product_status NOT NULL DEFAULT 'draft',
    cover_image_id bigint,
    search_vector  tsvector GENERATED ALWAYS AS (
                       setweight(to_tsvector('english'::regconfig, name), 'A')
                       || setweight(to_tsvector('english'::regconfig, coalesce(description, '')), 'B')
                   ) STORED,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT products_slug_key UNIQUE (slug),
    CONSTRAINT products_name_not_blank CHECK (btrim(name) <> '')
);
-- Previews read the first words only: uncompressed, the server fetches just those. And no query filters by it.
ALTER TABLE catalog.products ALTER COLUMN description SET STORAGE EXTERNAL;
ALTER TABLE catalog.products ALTER COLUMN description SET STATISTICS 10;
CREATE INDEX products_brand_id_idx ON catalog.products (brand_id);
CREATE INDEX products_search_idx ON catalog.products USING gin (search_vector);
CREATE INDEX products_newest_idx ON catalog.products (created_at DESC, id) INCLUDE (name, slug) WHERE status = 'active';
COMMENT ON TABLE catalog.products IS 'What the customer looks at; what is sold is a variant';
COMMENT ON COLUMN catalog.products.search_vector
    IS 'For the search box: a hit in the name ranks above one in the description';

CREATE TABLE catalog.product_images (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    url        text NOT NULL,
    alt_text   text,
    position   smallint NOT NULL DEFAULT 1,
    -- Deferred, so that two images can swap their places in one transaction.
    CONSTRAINT product_images_position_key UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED,
    -- Looks redundant; it is what products.cover_image_id refers to.
    CONSTRAINT product_images_product_key UNIQUE (product_id, id)
);

CREATE TABLE catalog.product_categories (
    product_id  bigint  NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    category_id integer NOT NULL REFERENCES catalog.categories,
    is_primary  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX product_categories_category_idx ON catalog.product_categories (category_id);
CREATE UNIQUE INDEX product_categories_one_primary ON catalog.product_categories (product_id) WHERE is_primary;
COMMENT ON INDEX catalog.product_categories_one_primary IS 'A product has one breadcrumb';

CREATE TABLE catalog.variants (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES catalog.products,
    sku        text NOT NULL CONSTRAINT variants_sku_key UNIQUE,
    barcode    text,
    label      text NOT NULL DEFAULT '',
    size       common.dimensions,
    weight_g   integer CHECK (weight_g > 0),
    active     boolean NOT NULL DEFAULT true,
    CONSTRAINT variants_sku_format CHECK (sku ~ '^[A-Z]{2,4}-[0-9]{4}-[0-9]{2}$')
);
CREATE INDEX variants_product_id_idx ON catalog.variants (product_id);
CREATE UNIQUE INDEX variants_barcode_key ON catalog.variants (barcode) WHERE barcode IS NOT NULL;

CREATE TABLE catalog.price_lists (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    currency     common.currency_code NOT NULL REFERENCES common.currencies,
    country_code char(2) NOT NULL REFERENCES common.countries,
    is_default   boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX price_lists_one_default ON catalog.price_lists (currency) WHERE is_default;

CREATE TABLE catalog.prices (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    price_list_id bigint NOT NULL REFERENCES catalog.price_lists ON DELETE CASCADE,
    variant_id    bigint NOT NULL REFERENCES catalog.variants ON DELETE CASCADE,
    amount        common.amount NOT NULL,
    valid         daterange NOT NULL DEFAULT daterange(CURRENT_DATE, NULL),
    CONSTRAINT prices_valid_not_empty CHECK (NOT isempty(valid)),
    -- One price at a time. The one-element ranges stand in for btree_gist, which not every host offers.
    CONSTRAINT prices_no_overlap EXCLUDE USING gist (
        int8range(price_list_id, price_list_id, '[]') WITH =,
        int8range(variant_id, variant_id, '[]') WITH =,
        valid WITH &&
    )
);
CREATE INDEX prices_variant_idx ON catalog.prices (variant_id, price_list_id) INCLUDE (amount);
COMMENT ON COLUMN catalog.prices.amount IS 'Gross: what the customer sees, tax included';

CREATE TABLE catalog.supplier_products (
    supplier_id  integer NOT NULL REFERENCES catalog.suppliers,
    variant_id   bigint  NOT NULL REFERENCES catalog.variants,
    supplier_sku text NOT NULL,
    cost         common.amount NOT NULL,
    currency     common.currency_code NOT NULL REFERENCES common.currencies,
    PRIMARY KEY (supplier_id, variant_id) INCLUDE (cost, currency),
    CONSTRAINT supplier_products_sku_key UNIQUE (supplier_id, supplier_sku)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- shop: customers and carts
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.customer_groups (
    id       serial PRIMARY KEY,
    name     varchar(40) NOT NULL UNIQUE,
    discount common.percentage NOT NULL
);

CREATE TABLE shop.customers (
    id                 bigint GENERATED ALWAYS AS IDENTITY (START WITH 1 CACHE 20) PRIMARY KEY,
    email              common.email NOT NULL,
    full_name          text NOT NULL CONSTRAINT customers_full_name_not_blank CHECK (btrim(full_name) <> ''),
    phone              common.phone,
    locale             text NOT NULL DEFAULT 'en'
                           CONSTRAINT customers_locale_check CHECK (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    group_id           integer NOT NULL DEFAULT 1 REFERENCES shop.customer_groups,
    default_address_id bigint,
    password_hash      text,
    birth_date         date CONSTRAINT customers_birth_date_check CHECK (birth_date > '1900-01-01'),
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    opted_in_at        timestamptz,
    deleted_at         timestamptz
);
-- An address is free again once its account is deleted.
CREATE UNIQUE INDEX customers_email_key ON shop.customers (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX customers_name_idx ON shop.customers (full_name text_pattern_ops);
COMMENT ON TABLE shop.customers
    IS 'People who have an account. Deleted ones stay for ten years, because their invoices must.';
COMMENT ON COLUMN shop.customers.password_hash IS 'argon2id; NULL for those who sign in with somebody else''s account';
COMMENT ON COLUMN shop.customers.opted_in_at
    IS 'Consent to our newsletter: the time of it is the proof. NULL is no.';

CREATE TABLE shop.addresses (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  bigint NOT NULL REFERENCES shop.customers ON DELETE CASCADE,
    kind         shop.address_kind NOT NULL DEFAULT 'home',
    recipient    text NOT NULL,
    street       text NOT NULL,
    city         text NOT NULL,
    region       text,
    postal_code  varchar(12),
    country_code char(2) NOT NULL REFERENCES common.countries,
    CONSTRAINT addresses_customer_key UNIQUE (customer_id, id),
    CONSTRAINT addresses_not_blank CHECK (btrim(street) <> '' AND btrim(city) <> '')
);

-- A customer's default address is one of that customer's own. The two tables refer to each other, so the key waits for
-- the end of the transaction.
ALTER TABLE shop.customers
    ADD CONSTRAINT customers_default_address_fkey FOREIGN KEY (id, default_address_id)
        REFERENCES shop.addresses (customer_id, id) DEFERRABLE INITIALLY DEFERRED;

-- Likewise: the cover is one of the product's own images.
ALTER TABLE catalog.products
    ADD CONSTRAINT products_cover_image_fkey FOREIGN KEY (id, cover_image_id)
        REFERENCES catalog.product_images (product_id, id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE shop.sessions (
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    customer_id bigint REFERENCES shop.customers ON DELETE CASCADE,
    started_at  timestamptz NOT NULL DEFAULT now(),
    last_seen   timestamptz NOT NULL DEFAULT now(),
    user_agent  text,
    ip          inet,
    PRIMARY KEY (id),
    CONSTRAINT sessions_times_check CHECK (last_seen >= started_at)
) PARTITION BY HASH (id);
-- Hot table, updated at every click: four parts to vacuum, each with room on its pages.
CREATE TABLE shop.sessions_0 PARTITION OF shop.sessions FOR VALUES WITH (MODULUS 4, REMAINDER 0) WITH (fillfactor = 80);
CREATE TABLE shop.sessions_1 PARTITION OF shop.sessions FOR VALUES WITH (MODULUS 4, REMAINDER 1) WITH (fillfactor = 80);
CREATE TABLE shop.sessions_2 PARTITION OF shop.sessions FOR VALUES WITH (MODULUS 4, REMAINDER 2) WITH (fillfactor = 80);
CREATE TABLE shop.sessions_3 PARTITION OF shop.sessions FOR VALUES WITH (MODULUS 4, REMAINDER 3) WITH (fillfactor = 80);
CREATE INDEX sessions_customer_idx ON shop.sessions (customer_id, last_seen DESC);

CREATE TABLE shop.carts (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer_id    bigint REFERENCES shop.customers ON DELETE CASCADE,
    currency       common.currency_code NOT NULL DEFAULT 'EUR' REFERENCES common.currencies,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL DEFAULT now() + interval '30 days',
    checked_out_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX carts_customer_idx ON shop.carts (customer_id);
CREATE INDEX carts_expires_at_idx ON shop.carts (expires_at) WHERE checked_out_at IS NULL;

CREATE TABLE shop.cart_items (
    cart_id    uuid NOT NULL REFERENCES shop.carts ON DELETE CASCADE,
    variant_id bigint NOT NULL CONSTRAINT cart_items_variant_id_fkey REFERENCES catalog.variants ON DELETE CASCADE,
    quantity   integer NOT NULL DEFAULT 1,
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cart_id, variant_id),
    CONSTRAINT cart_items_quantity_check CHECK (quantity BETWEEN 1 AND 99)
);
CREATE INDEX cart_items_variant_idx ON shop.cart_items (variant_id);

CREATE TABLE catalog.reviews (
    id                bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    product_id        bigint NOT NULL REFERENCES catalog.products ON DELETE CASCADE,
    customer_id       bigint REFERENCES shop.customers ON DELETE SET NULL,
    rating            smallint NOT NULL,
    title             varchar(150),
    body              text,
    verified_purchase boolean NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reviews_one_per_customer UNIQUE (product_id, customer_id),
    CONSTRAINT reviews_rating_check CHECK (rating BETWEEN 1 AND 5)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- warehouse
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE warehouse.sites (
    id           serial PRIMARY KEY,
    code         char(3) NOT NULL UNIQUE,
    name         text NOT NULL,
    country_code char(2) NOT NULL REFERENCES common.countries
);

CREATE TABLE warehouse.bins (
    site_id  integer NOT NULL REFERENCES warehouse.sites ON DELETE CASCADE,
    code     varchar(10) NOT NULL,
    capacity integer NOT NULL DEFAULT 100 CHECK (capacity > 0),
    PRIMARY KEY (site_id, code)
);

CREATE TABLE warehouse.stock_levels (
    site_id    integer NOT NULL REFERENCES warehouse.sites,
    variant_id bigint  NOT NULL REFERENCES catalog.variants,
    on_hand    integer NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    reserved   integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    available  integer GENERATED ALWAYS AS (on_hand - reserved) STORED,
    PRIMARY KEY (site_id, variant_id),
    CONSTRAINT stock_levels_reserved_on_hand CHECK (reserved <= on_hand)
);
COMMENT ON TABLE warehouse.stock_levels IS 'Kept by a trigger of stock_movements; don''t write it by hand';

CREATE TABLE warehouse.stock_movements (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id    integer NOT NULL,
    bin_code   varchar(10) NOT NULL,
    variant_id bigint NOT NULL REFERENCES catalog.variants,
    quantity   integer NOT NULL,
    reason     warehouse.movement_reason NOT NULL,
    moved_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stock_movements_bin_fkey FOREIGN KEY (site_id, bin_code)
        REFERENCES warehouse.bins (site_id, code) ON UPDATE CASCADE,
    CONSTRAINT stock_movements_moves_something CHECK (quantity <> 0),
    CONSTRAINT stock_movements_direction CHECK (
        CASE reason WHEN 'purchase' THEN quantity > 0
                    WHEN 'return'   THEN quantity > 0
                    WHEN 'sale'     THEN quantity < 0
                    WHEN 'damage'   THEN quantity < 0
                    ELSE true END)
);
-- Written in the order of time and read by ranges of it: a BRIN index costs next to nothing.
CREATE INDEX stock_movements_moved_at_idx ON warehouse.stock_movements USING brin (moved_at);
CREATE INDEX stock_movements_variant_idx ON warehouse.stock_movements (variant_id, site_id);
CREATE STATISTICS warehouse.stock_movements_site_bin (ndistinct, dependencies)
    ON site_id, bin_code FROM warehouse.stock_movements;

CREATE TABLE warehouse.purchase_orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id integer NOT NULL REFERENCES catalog.suppliers,
    site_id     integer NOT NULL REFERENCES warehouse.sites,
    ordered_on  date NOT NULL DEFAULT CURRENT_DATE,
    expected_on date,
    received_on date,
    CONSTRAINT purchase_orders_dates CHECK (expected_on >= ordered_on AND received_on >= ordered_on)
);

CREATE INDEX purchase_orders_due_idx ON warehouse.purchase_orders (expected_on) WHERE received_on IS NULL;

CREATE TABLE warehouse.purchase_order_lines (
    purchase_order_id bigint NOT NULL REFERENCES warehouse.purchase_orders ON DELETE CASCADE,
    line_no           smallint NOT NULL,
    supplier_id       integer NOT NULL,
    variant_id        bigint NOT NULL,
    quantity          integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (purchase_order_id, line_no),
    -- We order only what that supplier offers.
    CONSTRAINT purchase_order_lines_offer_fkey FOREIGN KEY (supplier_id, variant_id)
        REFERENCES catalog.supplier_products (supplier_id, variant_id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- shop: orders
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.coupons (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text NOT NULL,
    discount        common.percentage NOT NULL,
    valid           tstzrange NOT NULL,
    max_redemptions integer,
    CONSTRAINT coupons_big_promotion_excl EXCLUDE USING gist (valid WITH &&) WHERE (discount > 50),
    CONSTRAINT coupons_code_format CHECK (code ~ '^[A-Z0-9 -]{4,20}$')
);
CREATE UNIQUE INDEX coupons_code_key ON shop.coupons (common.normalise_code(code));
COMMENT ON CONSTRAINT coupons_big_promotion_excl ON shop.coupons IS 'Never two big promotions at a time';

CREATE SEQUENCE shop.order_number_seq AS bigint START WITH 100000 MINVALUE 100000 INCREMENT BY 3 CACHE 10;
COMMENT ON SEQUENCE shop.order_number_seq
    IS 'The number that customers see; steps of three, so that it doesn''t tell how much we sell';

CREATE TABLE shop.orders (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number              bigint NOT NULL DEFAULT nextval('shop.order_number_seq') CONSTRAINT orders_number_key UNIQUE,
    customer_id         bigint NOT NULL REFERENCES shop.customers,
    cart_id             uuid REFERENCES shop.carts ON DELETE SET NULL,
    billing_address_id  bigint NOT NULL,
    shipping_address_id bigint NOT NULL,
    status              shop.order_status NOT NULL DEFAULT 'awaiting_payment',
    currency            common.currency_code NOT NULL DEFAULT 'EUR' REFERENCES common.currencies,
    source              text NOT NULL DEFAULT 'web',
    coupon_id           integer REFERENCES shop.coupons,
    shipping_cost       common.amount NOT NULL DEFAULT 0,
    placed_at           timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    note                varchar(1000),
    CONSTRAINT orders_source_check CHECK (source IN ('web', 'app', 'phone')),
    -- Composite on purpose: nobody can have goods billed to somebody else's address.
    CONSTRAINT orders_billing_address_fkey FOREIGN KEY (customer_id, billing_address_id)
        REFERENCES shop.addresses (customer_id, id),
    CONSTRAINT orders_shipping_address_fkey FOREIGN KEY (customer_id, shipping_address_id)
        REFERENCES shop.addresses (customer_id, id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
-- A few big accounts place most of the orders; the default sample misses them.
ALTER TABLE shop.orders ALTER COLUMN customer_id SET STATISTICS 1000;
ALTER SEQUENCE shop.order_number_seq OWNED BY shop.orders.number;
CREATE INDEX orders_customer_idx ON shop.orders (customer_id, placed_at DESC);
CREATE INDEX orders_open_idx ON shop.orders (placed_at) WHERE status IN ('placed', 'paid', 'packed');
-- The job that reminds and, after three days, cancels.
CREATE INDEX orders_awaiting_payment_idx ON shop.orders (placed_at) WHERE status = 'awaiting_payment';
CREATE INDEX orders_day_idx ON shop.orders (((placed_at AT TIME ZONE 'UTC')::date));
CREATE STATISTICS shop.orders_customer_currency (ndistinct, dependencies) ON customer_id, currency FROM shop.orders;
COMMENT ON TABLE shop.orders IS 'One checkout. Lines, shipments and invoices hang off it.';
COMMENT ON COLUMN shop.orders.note IS 'From the customer, to us';

CREATE TABLE shop.order_lines (
    id         bigserial PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
    line_no    smallint NOT NULL,
    variant_id bigint NOT NULL REFERENCES catalog.variants,
    quantity   integer NOT NULL,
    unit_price common.amount NOT NULL,
    discount   common.amount NOT NULL DEFAULT 0,
    line_total numeric(14, 2) NOT NULL GENERATED ALWAYS AS (quantity * unit_price - discount) STORED,
    CONSTRAINT order_lines_order_line_key UNIQUE (order_id, line_no),
    CONSTRAINT order_lines_quantity_check CHECK (quantity BETWEEN 1 AND 999),
    CONSTRAINT order_lines_discount_check CHECK (discount <= quantity * unit_price)
);
CREATE INDEX order_lines_variant_idx ON shop.order_lines (variant_id);
COMMENT ON COLUMN shop.order_lines.unit_price IS 'Gross, as it was when the order was placed';

CREATE TABLE shop.order_status_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
    old_status shop.order_status,
    new_status shop.order_status NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL DEFAULT CURRENT_USER,
    reason     text
);
CREATE INDEX order_status_history_order_idx ON shop.order_status_history (order_id, changed_at);

CREATE TABLE shop.coupon_redemptions (
    coupon_id   integer NOT NULL REFERENCES shop.coupons ON DELETE RESTRICT,
    order_id    bigint  NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
    amount      common.amount NOT NULL,
    redeemed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (coupon_id, order_id)
);

CREATE TABLE shop.shipments (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      bigint NOT NULL REFERENCES shop.orders,
    site_id       integer NOT NULL REFERENCES warehouse.sites,
    carrier       text NOT NULL,
    tracking_code text,
    shipped_at    timestamptz,
    delivered_at  timestamptz,
    CONSTRAINT shipments_times CHECK (delivered_at >= shipped_at),
    CONSTRAINT shipments_carrier_tracking_key UNIQUE (carrier, tracking_code)
);
CREATE INDEX shipments_order_idx ON shop.shipments (order_id);

CREATE TABLE shop.shipment_lines (
    shipment_id   bigint NOT NULL REFERENCES shop.shipments ON DELETE CASCADE,
    order_line_id bigint NOT NULL REFERENCES shop.order_lines,
    quantity      integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shipment_id, order_line_id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- billing
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE billing.tax_rates (
    id           serial PRIMARY KEY,
    country_code char(2) NOT NULL REFERENCES common.countries,
    name         text NOT NULL DEFAULT 'standard',
    rate         common.percentage NOT NULL,
    valid_from   date NOT NULL,
    valid_to     date,
    CONSTRAINT tax_rates_key UNIQUE (country_code, name, valid_from),
    CONSTRAINT tax_rates_period CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX tax_rates_one_current ON billing.tax_rates (country_code, name) WHERE valid_to IS NULL;

CREATE SEQUENCE billing.invoice_number_seq AS integer NO CYCLE;

CREATE FUNCTION billing.next_invoice_number(issued date DEFAULT CURRENT_DATE) RETURNS text
    LANGUAGE sql VOLATILE
    AS $$ SELECT to_char(issued, '"INV-"YYYY') || '-' || lpad(nextval('billing.invoice_number_seq')::text, 6, '0') $$;

CREATE TABLE billing.invoices (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number    text NOT NULL DEFAULT billing.next_invoice_number() UNIQUE,
    order_id  bigint NOT NULL REFERENCES shop.orders ON DELETE RESTRICT,
    issued_on date NOT NULL DEFAULT CURRENT_DATE,
    due_on    date NOT NULL DEFAULT CURRENT_DATE + 14,
    currency  common.currency_code NOT NULL DEFAULT 'EUR' REFERENCES common.currencies,
    total     common.amount NOT NULL,
    paid_at   timestamptz,
    CONSTRAINT invoices_due_after_issue CHECK (due_on >= issued_on)
);
CREATE INDEX invoices_order_idx ON billing.invoices (order_id);
CREATE INDEX invoices_unpaid_idx ON billing.invoices (due_on) INCLUDE (total) WHERE paid_at IS NULL;
COMMENT ON TABLE billing.invoices IS E'Immutable once issued;\ncorrections are credit notes.';

CREATE TABLE billing.invoice_lines (
    invoice_id  bigint NOT NULL REFERENCES billing.invoices ON DELETE CASCADE,
    line_no     smallint NOT NULL,
    description varchar(200) NOT NULL,
    amount      common.amount NOT NULL,
    tax_rate_id integer NOT NULL REFERENCES billing.tax_rates,
    PRIMARY KEY (invoice_id, line_no)
);

CREATE TABLE billing.payments (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id   bigint NOT NULL REFERENCES billing.invoices,
    method       billing.payment_method NOT NULL DEFAULT 'card',
    amount       common.amount NOT NULL CHECK (amount > 0),
    fee          common.amount NOT NULL DEFAULT 0,
    provider_ref text,
    received_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payments_card_has_ref CHECK (method <> 'card' OR provider_ref IS NOT NULL)
);
CREATE INDEX payments_invoice_idx ON billing.payments (invoice_id);
CREATE UNIQUE INDEX payments_provider_ref_key ON billing.payments (method, provider_ref) WHERE provider_ref IS NOT NULL;

CREATE TABLE billing.refunds (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES billing.payments ON DELETE RESTRICT,
    amount     common.amount NOT NULL CHECK (amount > 0),
    reason     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE billing.ledger_accounts (
    code varchar(8) PRIMARY KEY,
    name text NOT NULL,
    kind billing.account_kind NOT NULL
);

CREATE TABLE billing.ledger_entries (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id bigint NOT NULL,
    account_code   varchar(8) NOT NULL REFERENCES billing.ledger_accounts ON UPDATE CASCADE,
    -- The one amount with a sign: debit is positive, credit is negative.
    amount         numeric(12, 2) NOT NULL CHECK (amount <> 0),
    booked_on      date NOT NULL DEFAULT CURRENT_DATE
);
CREATE INDEX ledger_entries_transaction_idx ON billing.ledger_entries (transaction_id);
CREATE INDEX ledger_entries_account_idx ON billing.ledger_entries (account_code, booked_on);

-- ---------------------------------------------------------------------------------------------------------------------
-- loyalty
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE loyalty.tiers (
    id         smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       varchar(40) NOT NULL UNIQUE,
    threshold  integer NOT NULL UNIQUE CHECK (threshold >= 0),
    multiplier numeric(4, 2) NOT NULL DEFAULT 1.00,
    CONSTRAINT tiers_multiplier_check CHECK (multiplier BETWEEN 1 AND 10)
);
COMMENT ON COLUMN loyalty.tiers.threshold IS 'Points of the last twelve months that lead here';

CREATE TABLE loyalty.accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id   bigint NOT NULL CONSTRAINT accounts_customer_key UNIQUE REFERENCES shop.customers ON DELETE CASCADE,
    tier_id       smallint REFERENCES loyalty.tiers ON DELETE SET NULL,
    points        integer NOT NULL DEFAULT 0 CHECK (points >= 0),
    last_entry_id bigint,
    joined_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE loyalty.accounts IS 'Only for customers who joined';

CREATE TABLE loyalty.entries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES loyalty.accounts ON DELETE CASCADE,
    kind       loyalty.entry_kind NOT NULL DEFAULT 'earned',
    points     integer NOT NULL CHECK (points <> 0),
    order_id   bigint REFERENCES shop.orders ON DELETE SET NULL,
    booked_at  timestamptz NOT NULL DEFAULT now(),
    expires_on date,
    CONSTRAINT entries_account_key UNIQUE (account_id, id),
    CONSTRAINT entries_sign CHECK ((kind IN ('earned', 'goodwill')) = (points > 0))
);
CREATE INDEX entries_order_idx ON loyalty.entries (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX entries_expiry_idx ON loyalty.entries (expires_on) INCLUDE (account_id, points) WHERE kind = 'earned';

-- An account points at the newest of its own entries: the third pair of tables that refer to each other.
ALTER TABLE loyalty.accounts
    ADD CONSTRAINT accounts_last_entry_fkey FOREIGN KEY (id, last_entry_id)
        REFERENCES loyalty.entries (account_id, id) DEFERRABLE INITIALLY DEFERRED;

-- ---------------------------------------------------------------------------------------------------------------------
-- audit
-- ---------------------------------------------------------------------------------------------------------------------

-- A sequence of its own: identity columns on partitioned tables need PostgreSQL 17.
CREATE SEQUENCE audit.changes_id_seq AS bigint;

CREATE TABLE audit.changes (
    id         bigint NOT NULL DEFAULT nextval('audit.changes_id_seq'),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL DEFAULT SESSION_USER,
    table_name text NOT NULL,
    operation  char(1) NOT NULL,
    old_row    jsonb,
    new_row    jsonb,
    PRIMARY KEY (id, changed_at),
    CONSTRAINT changes_operation_check CHECK (operation IN ('I', 'U', 'D', 'T'))
) PARTITION BY RANGE (changed_at);
ALTER SEQUENCE audit.changes_id_seq OWNED BY audit.changes.id;

-- The oldest takes the imported log of the old shop as well.
CREATE TABLE audit.changes_2023 PARTITION OF audit.changes
    FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00:00+00');
CREATE TABLE audit.changes_2024 PARTITION OF audit.changes
    FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE audit.changes_2025 PARTITION OF audit.changes
    FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
CREATE TABLE audit.changes_default PARTITION OF audit.changes DEFAULT;
CREATE INDEX changes_table_idx ON audit.changes (table_name, changed_at DESC);
CREATE INDEX changes_new_row_idx ON audit.changes USING gin (new_row jsonb_path_ops);
COMMENT ON TABLE audit.changes IS 'One row a changed row; a partition a year';
COMMENT ON TABLE audit.changes_default IS 'Should be empty: rows here mean that a year is missing';

-- ---------------------------------------------------------------------------------------------------------------------
-- Views
-- ---------------------------------------------------------------------------------------------------------------------

CREATE VIEW catalog.product_ratings AS
SELECT r.product_id,
       count(*) AS review_count,
       -- A review by somebody who bought the thing counts three times.
       round(common.weighted_avg(r.rating, CASE WHEN r.verified_purchase THEN 3 ELSE 1 END), 2) AS rating
  FROM catalog.reviews r
 GROUP BY r.product_id;

CREATE VIEW catalog.price_catalogue AS
SELECT v.id AS variant_id,
       v.product_id,
       v.sku,
       l.id AS price_list_id,
       l.currency,
       p.valid,
       p.amount AS gross_price,
       catalog.net_price(p.amount, t.rate, u.minor_digits) AS net_price
  FROM catalog.prices p
  JOIN catalog.price_lists l ON l.id = p.price_list_id
  JOIN common.currencies u ON u.code = l.currency
  JOIN catalog.variants v ON v.id = p.variant_id
  JOIN billing.tax_rates t ON t.country_code = l.country_code AND t.name = 'standard' AND t.valid_to IS NULL
 WHERE v.active;
COMMENT ON VIEW catalog.price_catalogue IS 'Every price of every variant on sale, with and without tax';

CREATE VIEW catalog.storefront_products AS
SELECT p.id,
       p.slug,
       p.name,
       b.name AS brand,
       i.url AS cover_url,
       r.rating,
       coalesce(r.review_count, 0) AS review_count,
       min(c.gross_price) AS price_from,
       c.currency
  FROM catalog.products p
  LEFT JOIN catalog.brands b ON b.id = p.brand_id
  LEFT JOIN catalog.product_images i ON i.id = p.cover_image_id
  LEFT JOIN catalog.product_ratings r ON r.product_id = p.id
  JOIN catalog.price_catalogue c ON c.product_id = p.id AND c.valid @> CURRENT_DATE
 WHERE p.status = 'active'
 GROUP BY p.id, p.slug, p.name, b.name, i.url, r.rating, r.review_count, c.currency;

CREATE VIEW shop.customer_contacts WITH (security_barrier = true) AS
SELECT c.id,
       c.full_name,
       c.email,
       c.phone,
       a.city,
       a.country_code
  FROM shop.customers c
  LEFT JOIN shop.addresses a ON a.id = c.default_address_id
 WHERE c.deleted_at IS NULL;
COMMENT ON VIEW shop.customer_contacts IS 'For the help desk';

-- The old back office reads clients and corrects their phone numbers through this view.
CREATE VIEW shop.legacy_clients AS
SELECT id AS client_no, full_name AS client_name, phone AS telephone FROM shop.customers;
CREATE RULE legacy_clients_update AS ON UPDATE TO shop.legacy_clients
    DO INSTEAD UPDATE shop.customers SET phone = NEW.telephone WHERE id = OLD.client_no;

CREATE VIEW shop.order_totals AS
SELECT order_id,
       count(*) AS line_count,
       sum(quantity) AS item_count,
       sum(line_total) AS goods_total
  FROM shop.order_lines
 GROUP BY order_id;

CREATE VIEW shop.order_overview AS
SELECT o.id,
       o.number,
       o.status,
       c.full_name AS customer_name,
       c.country_code,
       o.placed_at,
       o.currency,
       coalesce(t.item_count, 0) AS item_count,
       coalesce(t.goods_total, 0) + o.shipping_cost AS total
  FROM shop.orders o
  LEFT JOIN shop.customer_contacts c ON c.id = o.customer_id
  LEFT JOIN shop.order_totals t ON t.order_id = o.id;
COMMENT ON VIEW shop.order_overview IS 'The list that the back office opens with';
COMMENT ON COLUMN shop.order_overview.total IS 'Goods less their discounts, and shipping; before any coupon';

CREATE VIEW shop.open_orders AS
SELECT id, number, status, customer_name, placed_at, currency, total
  FROM shop.order_overview
 WHERE status IN ('awaiting_payment', 'placed', 'paid', 'packed');

CREATE VIEW warehouse.stock_status AS
SELECT v.sku,
       s.code AS site,
       l.on_hand,
       l.reserved,
       l.available,
       l.available < 5 AS is_low
  FROM warehouse.stock_levels l
  JOIN warehouse.sites s ON s.id = l.site_id
  JOIN catalog.variants v ON v.id = l.variant_id;

CREATE VIEW billing.payments_by_method AS
SELECT method, date_trunc('month', received_at AT TIME ZONE 'UTC') AS month, count(*) AS payments, sum(amount) AS amount
  FROM billing.payments
 GROUP BY 1, 2;

CREATE VIEW loyalty.expiring_points AS
SELECT a.customer_id,
       c.full_name,
       e.expires_on,
       sum(e.points) AS points
  FROM loyalty.entries e
  JOIN loyalty.accounts a ON a.id = e.account_id
  JOIN shop.customer_contacts c ON c.id = a.customer_id
 WHERE e.kind = 'earned' AND e.expires_on <= CURRENT_DATE + 30
 GROUP BY a.customer_id, c.full_name, e.expires_on;

CREATE MATERIALIZED VIEW billing.monthly_revenue AS
SELECT date_trunc('month', placed_at AT TIME ZONE 'UTC')::date AS month,
       coalesce(country_code, '??') AS country_code,
       currency,
       count(*) AS orders,
       sum(total) AS revenue,
       round(avg(total), 2) AS average_order
  FROM shop.order_overview
 WHERE status NOT IN ('awaiting_payment', 'cancelled')
 GROUP BY 1, 2, 3;
-- REFRESH ... CONCURRENTLY needs a unique index.
CREATE UNIQUE INDEX monthly_revenue_key ON billing.monthly_revenue (month, country_code, currency);
COMMENT ON MATERIALIZED VIEW billing.monthly_revenue IS 'Refreshed every hour';

-- ---------------------------------------------------------------------------------------------------------------------
-- Functions and procedures over tables
-- ---------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION catalog.current_price(variant bigint, list bigint, on_day date DEFAULT CURRENT_DATE) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
    SELECT amount FROM catalog.prices WHERE variant_id = variant AND price_list_id = list AND valid @> on_day
$$;

CREATE FUNCTION shop.customer_orders(p_customer_id bigint, max_rows integer DEFAULT 50)
    RETURNS TABLE (order_number bigint, order_status shop.order_status, order_total numeric, order_currency text)
    LANGUAGE sql STABLE ROWS 50
    AS $$
    SELECT v.number, v.status, v.total, v.currency::text
      FROM shop.order_overview v
      JOIN shop.orders o USING (id)
     WHERE o.customer_id = p_customer_id
     ORDER BY o.placed_at DESC
     LIMIT max_rows
$$;

CREATE FUNCTION shop.set_order_status(p_order_id bigint, new_status shop.order_status, reason text DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- For the trigger that writes the history; forgotten at the end of the transaction.
    PERFORM set_config('shop.status_reason', coalesce(reason, ''), true);
    UPDATE shop.orders SET status = new_status WHERE id = p_order_id AND status < new_status;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'order % does not exist or is already past %', p_order_id, new_status
            USING ERRCODE = 'check_violation';
    END IF;
END
$$;
COMMENT ON FUNCTION shop.set_order_status(bigint, shop.order_status, text) IS 'Orders only move forward';

CREATE PROCEDURE shop.expire_carts(batch integer DEFAULT 1000, INOUT deleted bigint DEFAULT 0)
    LANGUAGE plpgsql
    AS $$
DECLARE
    n bigint;
BEGIN
    LOOP
        DELETE FROM shop.carts
         WHERE id IN (SELECT id FROM shop.carts WHERE expires_at < now() AND checked_out_at IS NULL
                       ORDER BY expires_at LIMIT batch);
        GET DIAGNOSTICS n = ROW_COUNT;
        deleted := deleted + n;
        EXIT WHEN n < batch;
        COMMIT;  -- small transactions: vacuum can follow
    END LOOP;
END
$$;
COMMENT ON PROCEDURE shop.expire_carts(integer, bigint) IS 'From cron, every ten minutes';

CREATE FUNCTION shop.log_order_status() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop, pg_temp
    AS $$
BEGIN
    INSERT INTO order_status_history (order_id, old_status, new_status, changed_by, reason)
    VALUES (NEW.id, OLD.status, NEW.status, SESSION_USER, nullif(current_setting('shop.status_reason', true), ''));
    RETURN NULL;
END
$$;

CREATE FUNCTION warehouse.apply_movements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = warehouse, pg_temp
    AS $$
BEGIN
    -- Twice a statement, however many rows it brought. Not one upsert: CHECK (on_hand >= 0) would see a sale's negative
    -- quantity before the conflict is found.
    INSERT INTO stock_levels (site_id, variant_id)
    SELECT DISTINCT m.site_id, m.variant_id FROM moved m
    ON CONFLICT (site_id, variant_id) DO NOTHING;

    UPDATE stock_levels l
       SET on_hand = l.on_hand + m.quantity
      FROM (SELECT site_id, variant_id, sum(quantity) AS quantity FROM moved GROUP BY site_id, variant_id) m
     WHERE l.site_id = m.site_id AND l.variant_id = m.variant_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION billing.assert_balanced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    difference numeric;
BEGIN
    SELECT sum(amount) INTO difference FROM billing.ledger_entries WHERE transaction_id = NEW.transaction_id;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % is out of balance by %', NEW.transaction_id, difference
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION loyalty.apply_entries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = loyalty, pg_temp
    AS $$
BEGIN
    UPDATE accounts a
       SET points = a.points + e.points,
           last_entry_id = e.last_id
      FROM (SELECT account_id, sum(points) AS points, max(id) AS last_id FROM booked GROUP BY account_id) e
     WHERE a.id = e.account_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION audit.record_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp
    AS $$
BEGIN
    INSERT INTO changes (table_name, operation, old_row, new_row)
    VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, left(TG_OP, 1), to_jsonb(OLD),
            CASE TG_OP WHEN 'DELETE' THEN NULL ELSE to_jsonb(NEW) END);
    RETURN NULL;
END
$$;

CREATE FUNCTION audit.forbid_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Triggers
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TRIGGER products_touch BEFORE UPDATE OF name, description, status ON catalog.products
    FOR EACH ROW EXECUTE FUNCTION common.touch_updated_at();
CREATE TRIGGER customers_touch BEFORE UPDATE ON shop.customers
    FOR EACH ROW EXECUTE FUNCTION common.touch_updated_at();
CREATE TRIGGER carts_touch BEFORE UPDATE ON shop.carts
    FOR EACH ROW EXECUTE FUNCTION common.touch_updated_at();
CREATE TRIGGER orders_touch BEFORE UPDATE ON shop.orders
    FOR EACH ROW EXECUTE FUNCTION common.touch_updated_at();

CREATE TRIGGER orders_log_status AFTER UPDATE OF status ON shop.orders
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION shop.log_order_status();

CREATE TRIGGER stock_movements_apply AFTER INSERT ON warehouse.stock_movements
    REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION warehouse.apply_movements();

CREATE TRIGGER entries_apply AFTER INSERT ON loyalty.entries
    REFERENCING NEW TABLE AS booked
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty.apply_entries();

-- Checked at commit: a transaction of the ledger is written line by line.
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT OR UPDATE ON billing.ledger_entries
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing.assert_balanced();

CREATE TRIGGER prices_audit AFTER UPDATE OR DELETE ON catalog.prices
    FOR EACH ROW EXECUTE FUNCTION audit.record_change();
CREATE TRIGGER customers_audit AFTER UPDATE OF email, password_hash, opted_in_at OR DELETE ON shop.customers
    FOR EACH ROW EXECUTE FUNCTION audit.record_change();
CREATE TRIGGER refunds_audit AFTER UPDATE OR DELETE ON billing.refunds
    FOR EACH ROW EXECUTE FUNCTION audit.record_change();
CREATE TRIGGER payments_audit AFTER UPDATE OR DELETE ON billing.payments
    FOR EACH ROW EXECUTE FUNCTION audit.record_change();
-- Replicated changes are audited too.
ALTER TABLE billing.payments ENABLE ALWAYS TRIGGER payments_audit;

CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE ON audit.changes
    FOR EACH ROW EXECUTE FUNCTION audit.forbid_change();
COMMENT ON TRIGGER changes_append_only ON audit.changes IS 'Old years are detached, never deleted from';

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security: the application sees what belongs to the signed-in customer, reporting sees everything
-- ---------------------------------------------------------------------------------------------------------------------

ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY customers_own ON shop.customers TO shop_app
    USING (id = shop.current_customer_id());
CREATE POLICY customers_not_deleted ON shop.customers AS RESTRICTIVE FOR SELECT TO shop_app
    USING (deleted_at IS NULL);
CREATE POLICY customers_report ON shop.customers FOR SELECT TO shop_readonly
    USING (true);
COMMENT ON POLICY customers_not_deleted ON shop.customers IS 'Restrictive: no other policy can bring them back';

ALTER TABLE shop.addresses ENABLE ROW LEVEL SECURITY;
CREATE POLICY addresses_own ON shop.addresses TO shop_app
    USING (customer_id = shop.current_customer_id())
    WITH CHECK (customer_id = shop.current_customer_id() AND kind <> 'pickup_point');
COMMENT ON POLICY addresses_own ON shop.addresses
    IS 'Pickup points come from the carrier''s list, not from the customer';

ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_own ON shop.orders TO shop_app
    USING (customer_id = shop.current_customer_id());
-- Unpaid orders are not business yet.
CREATE POLICY orders_report ON shop.orders FOR SELECT TO shop_readonly
    USING (status <> 'awaiting_payment');

ALTER TABLE catalog.reviews ENABLE ROW LEVEL SECURITY;
CREATE POLICY reviews_read ON catalog.reviews FOR SELECT
    USING (true);
CREATE POLICY reviews_write ON catalog.reviews FOR INSERT TO shop_app
    WITH CHECK (customer_id = shop.current_customer_id());
CREATE POLICY reviews_edit ON catalog.reviews FOR UPDATE TO shop_app
    USING (customer_id = shop.current_customer_id());

ALTER TABLE loyalty.accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY accounts_own ON loyalty.accounts FOR SELECT TO shop_app
    USING (customer_id = shop.current_customer_id());

-- ---------------------------------------------------------------------------------------------------------------------
-- Privileges
-- ---------------------------------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA common, catalog, shop, warehouse, billing, loyalty TO shop_app, shop_readonly;
GRANT USAGE ON SCHEMA audit TO shop_readonly;

-- Look-ups and the catalogue: read by all
GRANT SELECT ON ALL TABLES IN SCHEMA common, catalog TO shop_app, shop_readonly;
GRANT INSERT ON catalog.reviews TO shop_app;
GRANT UPDATE (title, body, rating) ON catalog.reviews TO shop_app;
GRANT USAGE ON SEQUENCE catalog.reviews_id_seq TO shop_app;

-- Shop: the application writes; reporting reads all but secrets
GRANT SELECT, INSERT, UPDATE ON shop.customers TO shop_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.addresses TO shop_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.carts, shop.cart_items, shop.sessions TO shop_app;
GRANT SELECT, INSERT ON shop.orders, shop.order_lines, shop.coupon_redemptions TO shop_app;
GRANT UPDATE (note, status) ON shop.orders TO shop_app;
GRANT SELECT ON shop.customer_groups, shop.coupons, shop.shipments, shop.shipment_lines, shop.order_status_history
    TO shop_app;
GRANT USAGE ON SEQUENCE shop.order_number_seq, shop.order_lines_id_seq TO shop_app;

-- No contact data: reports count people, they don't write to them.
GRANT SELECT (id, full_name, locale, group_id, created_at, deleted_at) ON shop.customers TO shop_readonly;
GRANT SELECT ON shop.orders, shop.order_lines, shop.order_status_history, shop.shipments, shop.shipment_lines,
                shop.customer_groups, shop.coupons, shop.coupon_redemptions TO shop_readonly;
GRANT SELECT ON shop.order_totals, shop.order_overview, shop.open_orders TO shop_app, shop_readonly;
GRANT SELECT, UPDATE ON shop.legacy_clients TO shop_app;

-- Warehouse and billing
GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO shop_app, shop_readonly;
GRANT INSERT ON warehouse.stock_movements TO shop_app;
GRANT SELECT ON ALL TABLES IN SCHEMA billing TO shop_readonly;
GRANT SELECT, INSERT ON billing.invoices, billing.invoice_lines, billing.payments TO shop_app;
GRANT SELECT ON billing.tax_rates TO shop_app;
GRANT USAGE ON SEQUENCE billing.invoice_number_seq TO shop_app;

-- Loyalty: points are booked by the application, tiers are not its business
GRANT SELECT ON ALL TABLES IN SCHEMA loyalty TO shop_app, shop_readonly;
GRANT INSERT ON loyalty.accounts, loyalty.entries TO shop_app;

-- Audit
GRANT SELECT ON audit.changes TO shop_readonly;

-- Functions (EXECUTE was taken from PUBLIC at the top)
GRANT EXECUTE ON FUNCTION common.normalise_code(text), common.weighted_avg(numeric, numeric),
                          catalog.net_price(numeric, numeric, integer), catalog.current_price(bigint, bigint, date)
    TO shop_app, shop_readonly;
GRANT EXECUTE ON FUNCTION shop.current_customer_id(), shop.customer_orders(bigint, integer),
                          shop.set_order_status(bigint, shop.order_status, text), billing.next_invoice_number(date)
    TO shop_app;
GRANT EXECUTE ON PROCEDURE shop.expire_carts(integer, bigint) TO shop_app;
-- This one needs nothing secret: whoever can connect may ask who the server thinks they are.
GRANT EXECUTE ON FUNCTION shop.current_customer_id() TO PUBLIC;
-- Nobody but us builds columns of this type.
REVOKE USAGE ON TYPE common.dimensions FROM PUBLIC;
GRANT USAGE ON TYPE common.dimensions TO shop_app;

-- For what is created from now on
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA catalog GRANT SELECT ON TABLES TO shop_app, shop_readonly;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA loyalty GRANT SELECT ON TABLES TO shop_app, shop_readonly;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA billing GRANT USAGE, SELECT ON SEQUENCES TO shop_app;

RESET ROLE;
