-- Lets transactions that report the same order, or an order and its refund, take turns until they end. Buckets, because a
-- row for each order of a tenant would be a table of its own. Always in the order of the buckets, so that nobody deadlocks.

CREATE OR REPLACE FUNCTION c360._hold_orders(p_tenant text, p_orders text[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_buckets smallint[] := ARRAY(
        SELECT DISTINCT abs(hashtext(reported.order_id) % 128)
        FROM unnest(p_orders) AS reported (order_id)
        WHERE reported.order_id IS NOT NULL
    );
    v_held    integer;
BEGIN
    FOR v_try IN 1..2 LOOP
        PERFORM
        FROM c360.locks AS lock
        WHERE lock.tenant = p_tenant
          AND lock.lock = 'orders'
          AND lock.bucket = ANY (v_buckets)
        ORDER BY lock.bucket
        FOR UPDATE;
        GET DIAGNOSTICS v_held = ROW_COUNT;
        EXIT WHEN v_held = cardinality(v_buckets) OR v_try = 2;
        -- A tenant whose rows were never made.
        PERFORM c360._make_locks(p_tenant);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._hold_orders(text, text[]) IS
    'Takes the locks of the given order numbers until the transaction ends.';
