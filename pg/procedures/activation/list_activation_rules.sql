-- The rules of activation of a tenant, with how many wait and what was decided within the last 30 days. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_activation_rules(p_tenant text)
    RETURNS TABLE (
        rule          text,
        title         text,
        description   text,
        status        text,
        definition    jsonb,
        active_since  timestamptz,
        waiting       bigint,
        requested     bigint,
        refused       bigint
    )
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
        stated.rule,
        stated.title,
        stated.description,
        stated.status,
        stated.definition,
        stated.active_since,
        (SELECT count(*) FROM cdp_activation_queue AS work WHERE work.rule = stated.rule),
        decided.requested,
        decided.refused
    FROM c360.activation_rules AS stated
    CROSS JOIN LATERAL (
        SELECT
            count(*) FILTER (WHERE past.is_requested) AS requested,
            count(*) FILTER (WHERE NOT past.is_requested) AS refused
        FROM cdp_activations AS past
        WHERE past.rule = stated.rule
          AND past.decided_at > now() - interval '30 days'
    ) AS decided
    WHERE stated.tenant = p_tenant
    ORDER BY stated.rule;
END;
$$;

COMMENT ON FUNCTION c360.list_activation_rules(text) IS
    'The rules of activation of a tenant, with how many wait and what was decided lately.';
