-- Half of the days between the first order of a tenant and p_as_of, and one at least: as much to fit to as to judge by. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._holdout_days(p_tenant text, p_as_of timestamptz)
    RETURNS integer
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT greatest(
            ceil(((p_as_of AT TIME ZONE tenant.time_zone)::date - (min(bought.occurred_at) AT TIME ZONE tenant.time_zone)::date) / 2.0)::integer,
            1
        )
        FROM c360.tenants AS tenant
        LEFT JOIN cdp_purchases AS bought ON bought.kind = 'order'
        WHERE tenant.tenant = p_tenant
        GROUP BY tenant.time_zone
    );
END;
$$;

COMMENT ON FUNCTION c360._holdout_days(text, timestamptz) IS
    'How many days models are judged by.';
