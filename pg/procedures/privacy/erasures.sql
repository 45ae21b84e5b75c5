-- Lists the erasures of a tenant, newest first: when, by whom, why, how much went, how many identifiers are refused since
-- and how often that happened. Not who.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.erasures(p_tenant text)
    RETURNS TABLE (
        erasure_id       bigint,
        erased_at        timestamptz,
        erased_by        text,
        mode             text,
        reason           text,
        counts           jsonb,
        suppressed       bigint,
        refused_count    bigint,
        last_refused_at  timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        erasure.erasure_id,
        erasure.erased_at,
        erasure.erased_by,
        erasure.mode,
        erasure.reason,
        erasure.counts,
        count(kept.identifier_hash),
        coalesce(sum(kept.refused_count), 0)::bigint,
        max(kept.last_refused_at)
    FROM cdp_erasures AS erasure
    LEFT JOIN cdp_suppressions AS kept ON kept.erasure_id = erasure.erasure_id
    GROUP BY erasure.erasure_id
    ORDER BY erasure.erasure_id DESC;
END;
$$;

COMMENT ON FUNCTION c360.erasures(text) IS
    'The erasures of a tenant: when, by whom, why, how much; not who.';
