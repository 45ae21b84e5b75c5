-- Lists the kinds of data of a tenant and how long each is kept: by a policy of its own, or by default. keep is NULL for
-- ever; before is the moment from which on data are kept today. Messages are kept at most as long as their topic says; with
-- no policy keep shows the longest of the topics. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.retention(p_tenant text)
    RETURNS TABLE (
        kind        text,
        keep        interval,
        is_default  boolean,
        before      timestamptz,
        applied_at  timestamptz,
        description text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        known.kind,
        shown.keep,
        effective.is_default,
        now() - shown.keep,
        state.applied_at,
        known.description
    FROM c360.retention_kinds AS known
    JOIN c360._retention(p_tenant) AS effective ON effective.kind = known.kind
    CROSS JOIN LATERAL (
        SELECT CASE known.kind
            WHEN 'messages' THEN least(effective.keep, (SELECT max(topic.retention) FROM c360.topics AS topic))
            ELSE effective.keep
        END AS keep
    ) AS shown
    LEFT JOIN c360.retention_states AS state
        ON state.tenant = p_tenant
        AND state.kind = known.kind
    ORDER BY known."position";
END;
$$;

COMMENT ON FUNCTION c360.retention(text) IS
    'How long each kind of a tenant''s data is kept, by its own policy or by default, and when it was last applied.';
