-- Recency, frequency and monetary value of every customer with their scores 1 to 5 and the segment, as of a point in time.
-- Purchases after that moment are left out and counted; those before the window of the tenant are left out. Days are days of the tenant's time zone, money is the tenant's
-- default currency. What tells the value of a masked attribute is NULL. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds

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
DECLARE
    v_masked text[] := c360._masked_scores(p_tenant);
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        scored.master_profile_id,
        CASE WHEN 'last_purchase_at' <> ALL (v_masked) THEN scored.last_purchase_at END,
        CASE WHEN 'recency_days' <> ALL (v_masked) THEN scored.recency_days END,
        CASE WHEN 'frequency' <> ALL (v_masked) THEN scored.frequency END,
        CASE WHEN 'monetary' <> ALL (v_masked) THEN scored.monetary END,
        CASE WHEN 'recency_score' <> ALL (v_masked) THEN scored.recency_score END,
        CASE WHEN 'frequency_score' <> ALL (v_masked) THEN scored.frequency_score END,
        CASE WHEN 'monetary_score' <> ALL (v_masked) THEN scored.monetary_score END,
        CASE WHEN 'segment' <> ALL (v_masked) THEN scored.segment END,
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
