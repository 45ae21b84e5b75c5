-- How many events of a name golden records have in a window of whole days that ends with the day of p_as_of, in the time zone of the
-- tenant, and on how many of the days; of all names for NULL. A row for each of them, also with none. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.events_in_window(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_event_name         text,
    p_window             interval,
    p_as_of              timestamptz DEFAULT now()
)
    RETURNS TABLE (master_profile_id uuid, event_count bigint, active_days bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT counted.*
    FROM c360.tenants AS tenant
    CROSS JOIN LATERAL c360._events_in_window(
        p_master_profile_ids,
        p_event_name,
        p_window,
        (c360._checked_time('p_as_of', p_as_of) AT TIME ZONE tenant.time_zone)::date
    ) AS counted
    WHERE tenant.tenant = p_tenant;
END;
$$;

COMMENT ON FUNCTION c360.events_in_window(text, uuid[], text, interval, timestamptz) IS
    'Events of a name of golden records in a window of days.';
