-- The last whole day before p_as_of in the time zone of the tenant: what a day will still bring is not known on it.
-- Raises: U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360._lead_until_day(p_tenant text, p_as_of timestamptz)
    RETURNS date
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (c360._checked_time('p_as_of', p_as_of) AT TIME ZONE tenant.time_zone)::date - 1
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._lead_until_day(text, timestamptz) IS
    'The last whole day before a moment.';
