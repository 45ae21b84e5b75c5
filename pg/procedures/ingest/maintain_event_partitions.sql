-- Makes the monthly partitions of a tenant's events ahead of time, and empties the default partition.
-- Safe to repeat, several at once too. Answers {created, moved}.
-- Raises: 55P03 when a lock is not to be had in a second: try again later; U4404

CREATE OR REPLACE FUNCTION c360.maintain_event_partitions(
    p_tenant  text,
    p_ahead   interval DEFAULT '3 months',
    p_at      timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN c360._maintain_partitions(
        'tenant_' || p_tenant,
        'cdp_behavioral_events',
        'received_at',
        'month',
        p_ahead,
        p_at,
        p_lock_first => 'cdp_raw_profiles'
    );
END;
$$;

COMMENT ON FUNCTION c360.maintain_event_partitions(text, interval, timestamptz) IS
    'Makes monthly event partitions ahead of time and moves stray rows out of the default partition.';
