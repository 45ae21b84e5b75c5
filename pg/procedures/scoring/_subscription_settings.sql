-- How a tenant tells of subscriptions: what it set, and for the rest what c360 has. Reads only.

CREATE OR REPLACE FUNCTION c360._subscription_settings(p_tenant text)
    RETURNS c360.subscription_settings
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(
        coalesce(own.settings ->> 'started', 'Subscription Started'),
        coalesce(own.settings ->> 'renewed', 'Subscription Renewed'),
        coalesce(own.settings ->> 'cancelled', 'Subscription Cancelled'),
        said.period,
        (extract(year FROM said.period) * 12 + extract(month FROM said.period)) * 365.25 / 12 + extract(day FROM said.period),
        coalesce((own.settings ->> 'grace_days')::integer, 7),
        coalesce((own.settings ->> 'renews_by_itself')::boolean, false),
        coalesce(own.settings ->> 'id', 'subscription_id'),
        coalesce(own.settings ->> 'price', 'price')
    )::c360.subscription_settings
    FROM (SELECT c360._score_settings(p_tenant, 'subscription') AS settings) AS own
    CROSS JOIN LATERAL (SELECT coalesce(own.settings ->> 'period', '1 month')::interval AS period) AS said;
$$;

COMMENT ON FUNCTION c360._subscription_settings(text) IS
    'How a tenant tells of subscriptions.';
