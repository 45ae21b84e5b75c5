-- Until when somebody waits for a sync. Reads only.
-- Raises: U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360._sync_deadline(p_timeout interval)
    RETURNS timestamptz
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN clock_timestamp() + coalesce(c360._checked_interval('timeout', p_timeout, interval '1 hour'), interval '30 seconds');
END;
$$;

COMMENT ON FUNCTION c360._sync_deadline(interval) IS
    'Until when somebody waits for a sync.';
