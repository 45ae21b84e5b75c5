-- How many periods the model of subscriptions is judged by: half of those since the first contract began, and one at least. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._subscription_holdout(p_tenant text, p_as_of timestamptz)
    RETURNS integer
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_settings CONSTANT c360.subscription_settings := c360._subscription_settings(p_tenant);
BEGIN
    RETURN (
        SELECT greatest(
            floor(((p_as_of AT TIME ZONE tenant.time_zone)::date - min(known.started_on)) / v_settings.period_days / 2)::integer,
            1
        )
        FROM c360.tenants AS tenant
        LEFT JOIN c360._contracts(p_tenant, NULL, p_as_of) AS known ON known.knows_start
        WHERE tenant.tenant = p_tenant
        GROUP BY tenant.time_zone
    );
END;
$$;

COMMENT ON FUNCTION c360._subscription_holdout(text, timestamptz) IS
    'How many periods the model of subscriptions is judged by.';
