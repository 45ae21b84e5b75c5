-- Recency, frequency and monetary value of every customer with their scores 1 to 5 and the segment, as of a point in time.
-- Purchases after that moment are left out and counted. Days are days of the tenant's time zone, money is the tenant's
-- default currency. Reads only.
-- Raises: U4404 tenant_not_found, U4403 tenant_forbidden, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.rfm(
    p_tenant text,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS TABLE (
        master_profile_id     uuid,
        last_purchase_at      timestamptz,
        recency_days          integer,
        frequency             bigint,
        monetary              numeric,
        recency_score         integer,
        frequency_score       integer,
        monetary_score        integer,
        segment               text,
        unpriced_orders       bigint,
        other_currency_orders bigint,
        unmatched_refunds     bigint,
        future_orders         bigint
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._enter_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        scored.master_profile_id,
        scored.last_purchase_at,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.segment,
        scored.unpriced_orders,
        scored.other_currency_orders,
        scored.unmatched_refunds,
        scored.future_orders
    FROM c360._rfm(p_tenant, c360._checked_time('p_as_of', p_as_of)) AS scored
    WHERE scored.frequency > 0;
END;
$$;

COMMENT ON FUNCTION c360.rfm(text, timestamptz) IS
    'RFM scores and segments of a tenant''s customers as of a point in time.';
