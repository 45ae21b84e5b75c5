-- Whether cdp_engagement_ranks has all golden records, worked out with the half-life, the weights and the time zone of now. Trusts the
-- search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._knows_engagement_ranks(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN to_regclass('cdp_engagement_ranks') IS NOT NULL AND EXISTS (
        SELECT
        FROM cdp_touch_states AS filled
        CROSS JOIN cdp_engagement_states AS known
        CROSS JOIN c360.engagement_settings(p_tenant) AS counted
        JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
        WHERE filled.is_filled
          AND filled.time_zone = tenant.time_zone
          AND known.settings = to_jsonb(counted.*) - '{today,before}'::text[]
    );
END;
$$;

COMMENT ON FUNCTION c360._knows_engagement_ranks(text) IS
    'Whether all golden records have a current rank by engagement.';
