-- The metrics of a golden record as of a point in time: orders, value and refunds until then, events and active days in the windows
-- that end with its day in the time zone of the tenant, that day as a whole. When somebody was seen first and last, sessions, all events
-- and the last channel are those of now. An id that was merged answers for its survivor; NULL for one that is unknown. What tells the value
-- of a masked attribute is left out. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.profile_metrics(
    p_tenant            text,
    p_master_profile_id uuid,
    p_as_of             timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_as_of timestamptz := c360._checked_time('p_as_of', coalesce(p_as_of, now()));
    v_id    uuid;
    v_known jsonb;
    v_fact  jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT coalesce(profile.merged_into, profile.master_profile_id)
    INTO v_id
    FROM cdp_master_profiles AS profile
    WHERE profile.master_profile_id = p_master_profile_id;

    IF v_id IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT jsonb_build_object(
        'master_profile_id', v_id,
        'as_of', v_as_of,
        'first_seen_at', known.first_seen_at,
        'last_seen_at', known.last_seen_at,
        'last_known_channel', known.last_known_channel,
        'total_sessions', coalesce(known.total_sessions, 0),
        'total_events', coalesce(known.total_events, 0)
    )
    INTO v_known
    FROM (SELECT) AS one
    LEFT JOIN cdp_metric_values AS known ON known.master_profile_id = v_id;

    SELECT jsonb_build_object(
        'total_orders', coalesce(fact.total_orders, 0),
        'total_revenue', fact.total_revenue,
        'avg_order_value', fact.avg_order_value,
        'total_refunds', coalesce(fact.total_refunds, 0),
        'refunded_value', fact.refunded_value,
        'first_purchase_at', fact.first_purchase_at,
        'last_purchase_at', fact.last_purchase_at,
        'unpriced_orders', coalesce(fact.unpriced_orders, 0),
        'other_currency_orders', coalesce(fact.other_currency_orders, 0)
    )
    INTO v_fact
    FROM (SELECT) AS one
    LEFT JOIN c360._purchase_facts(p_tenant, ARRAY[v_id], v_as_of) AS fact ON true;

    RETURN (v_known || v_fact || c360._windows_of(p_tenant, v_id, v_as_of)) - ARRAY(
        SELECT hidden.metric
        FROM c360._masked_metrics(p_tenant) AS hidden
    );
END;
$$;

COMMENT ON FUNCTION c360.profile_metrics(text, uuid, timestamptz) IS
    'The metrics of a golden record as of a point in time.';
