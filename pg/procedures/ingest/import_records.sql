-- Lists records of other systems that were imported under a key, with the golden record each belongs to; status is active,
-- or gone when a full extract came without it. In the order of source and key; p_after_key goes on within one source. Where
-- keys are masked they come in the order of raw_profile_id, and that of the last one is what goes on: the order of keys, and
-- what lies behind a guessed one, would tell them.
-- Raises: U4404 tenant_not_found

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
    v_is_masked boolean := 'record_id' = ANY (c360._masked_identifier_types(p_tenant));
    v_after     bigint := CASE WHEN pg_input_is_valid(p_after_key, 'bigint') THEN p_after_key::bigint END;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF v_is_masked THEN
        RETURN QUERY
        SELECT
            record.source,
            c360.mask_value(record.record_key),
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
          AND (p_after_key IS NULL OR record.raw_profile_id > v_after)
        ORDER BY
            record.source,
            record.raw_profile_id
        LIMIT p_limit;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        record.source,
        record.record_key,
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
