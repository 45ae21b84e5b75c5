-- How engagement is counted in a tenant: half-life in days, weights of events by name, that of all others, today in its time zone, and
-- the last day that is too far back to count: 40 half-lives, when an event is worth a millionth of a millionth. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.engagement_settings(p_tenant text)
    RETURNS TABLE (half_life_days numeric, default_weight numeric, weights jsonb, today date, before date)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        said.half_life_days,
        coalesce((own.settings ->> 'default_weight')::numeric, 1),
        '{"identify": 0, "group": 0, "alias": 0}'::jsonb || coalesce(own.settings -> 'weights', '{}'),
        now_there.day,
        now_there.day - ceil(said.half_life_days * 40)::integer
    FROM c360.tenants AS tenant
    LEFT JOIN c360.score_settings AS own ON own.tenant = tenant.tenant
        AND own.score = 'engagement'
    CROSS JOIN LATERAL (SELECT coalesce((own.settings ->> 'half_life_days')::numeric, 30) AS half_life_days) AS said
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE tenant.time_zone)::date AS day) AS now_there
    WHERE tenant.tenant = p_tenant;
END;
$$;

COMMENT ON FUNCTION c360.engagement_settings(text) IS
    'How engagement is counted in a tenant.';
