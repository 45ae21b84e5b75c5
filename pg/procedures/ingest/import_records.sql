-- Lists records of other systems that were imported under a key, with the golden record each belongs to; status is active,
-- or gone when a full extract came without it. In the order of source and key; p_after_key goes on within one source.
-- Raises: U4403 tenant_forbidden, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.import_records(
    p_tenant     text,
    p_source     text DEFAULT NULL,
    p_status     text DEFAULT NULL,
    p_limit      integer DEFAULT 100,
    p_after_key  text DEFAULT NULL
)
    RETURNS TABLE (
        source          text,
        record_key      text,
        status          text,
        gone_at         timestamptz,
        changed_at      timestamptz,
        import_id       bigint,
        raw_profile_id  bigint,
        profile_id      uuid
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_masked boolean := EXISTS (
        SELECT
        FROM c360.identifier_types AS kind
        WHERE kind.tenant = p_tenant
          AND kind.identifier_type = 'record_id'
          AND kind.is_masked
    );
BEGIN
    PERFORM c360._enter_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        record.source,
        CASE WHEN v_is_masked THEN c360.mask_value(record.record_key) ELSE record.record_key END,
        CASE WHEN record.gone_at IS NULL THEN 'active' ELSE 'gone' END,
        record.gone_at,
        record.changed_at,
        record.import_id,
        record.raw_profile_id,
        link.master_profile_id
    FROM cdp_import_records AS record
    LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = record.raw_profile_id
    WHERE (p_source IS NULL OR record.source = p_source)
      AND (p_status IS NULL OR p_status = CASE WHEN record.gone_at IS NULL THEN 'active' ELSE 'gone' END)
      AND (p_after_key IS NULL OR record.record_key > p_after_key)
    ORDER BY
        record.source,
        record.record_key
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.import_records(text, text, text, integer, text) IS
    'Records imported under a key, active or gone, with their golden records.';
