DO $$
BEGIN
    CREATE ROLE chain_a;
    CREATE ROLE chain_b;
    CREATE ROLE chain_c;
EXCEPTION WHEN duplicate_object THEN
END
$$;
