-- Writes rates that differ, takes away those that are NULL, and queues the observations of orders that count at them for the resolver.
-- Answers {set, removed, unchanged, orders}. Rows are locked in key order. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._write_currency_rates(
    p_tenant text,
    p_in     text,
    p_rates  c360.currency_rate[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_removed c360.currency_day[];
    v_set     c360.currency_day[];
    v_orders  bigint;
BEGIN
    WITH gone AS (
        DELETE FROM cdp_currency_rates AS known
        USING unnest(p_rates) AS said
        WHERE said.rate IS NULL
          AND known.in_currency = p_in
          AND known.currency = said.currency
          AND known.day = said.day
        RETURNING known.currency, known.day
    )
    SELECT coalesce(array_agg(ROW(gone.currency, gone.day)::c360.currency_day), '{}')
    INTO v_removed
    FROM gone;

    WITH written AS (
        INSERT INTO cdp_currency_rates AS known (in_currency, currency, day, rate, set_by)
        SELECT
            p_in,
            said.currency,
            said.day,
            said.rate,
            c360._actor()
        FROM unnest(p_rates) AS said
        WHERE said.rate IS NOT NULL
        ORDER BY
            said.currency,
            said.day
        ON CONFLICT (in_currency, currency, day) DO UPDATE
        SET rate = excluded.rate,
            set_at = excluded.set_at,
            set_by = excluded.set_by
        WHERE known.rate <> excluded.rate
        RETURNING known.currency, known.day
    )
    SELECT coalesce(array_agg(ROW(written.currency, written.day)::c360.currency_day), '{}')
    INTO v_set
    FROM written;

    WITH affected AS MATERIALIZED (
        SELECT
            bought.raw_profile_id,
            bought.order_count
        FROM c360._orders_at_rates(p_tenant, v_set || v_removed) AS bought
    ),
    queued AS (
        INSERT INTO cdp_resolution_queue (raw_profile_id, needs_rebuild)
        SELECT
            affected.raw_profile_id,
            true
        FROM affected
        ORDER BY affected.raw_profile_id
    )
    SELECT coalesce(sum(affected.order_count), 0)
    INTO v_orders
    FROM affected;

    IF cardinality(v_set || v_removed) > 0 THEN
        INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
        VALUES (
            c360._actor(),
            p_tenant,
            'currency_rates.set',
            p_in,
            jsonb_build_object('set', cardinality(v_set), 'removed', cardinality(v_removed))
        );
    END IF;

    RETURN jsonb_build_object(
        'set', cardinality(v_set),
        'removed', cardinality(v_removed),
        'unchanged', cardinality(p_rates) - cardinality(v_set || v_removed),
        'orders', v_orders
    );
END;
$$;

COMMENT ON FUNCTION c360._write_currency_rates(text, text, c360.currency_rate[]) IS
    'Writes exchange rates and queues whom they concern.';
