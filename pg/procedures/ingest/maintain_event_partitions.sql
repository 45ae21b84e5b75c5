-- Makes the monthly partitions of a tenant's events ahead of time, and empties the default partition.
-- Safe to repeat, several at once too. Answers {created, moved}.
-- Raises: 55P03 when a lock is not to be had in a second: try again later; U4404, U4424 time_out_of_bounds,
-- U4425 interval_out_of_bounds

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
        c360._checked_interval('p_ahead', p_ahead, interval '2 years'),
        c360._checked_time('p_at', p_at, now() - interval '20 years', now() + interval '20 years'),
        p_lock_first => 'cdp_raw_profiles'
    );
END;
$$;

COMMENT ON FUNCTION c360.maintain_event_partitions(text, interval, timestamptz) IS
    'Makes monthly event partitions ahead of time and moves stray rows out of the default partition.';
