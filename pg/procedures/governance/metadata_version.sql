-- One version of what decides who is who in a tenant, whole; the latest when none is named. Blocked values of masked identifier
-- types are hidden. Reads only.
-- Raises: U4404 tenant_not_found, U4417 metadata_version_not_found

CREATE OR REPLACE FUNCTION c360.metadata_version(
    p_tenant  text,
    p_version integer DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_found jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    SELECT
        to_jsonb(known.*) - 'xact_id'
        || jsonb_build_object(
            'document', c360._masked_metadata(p_tenant, known.document),
            'changes', c360._masked_changes(p_tenant, known.changes)
        )
    INTO v_found
    FROM c360.metadata_versions AS known
    WHERE known.tenant = p_tenant
      AND known.version = coalesce(p_version, known.version)
    ORDER BY known.version DESC
    LIMIT 1;

    IF v_found IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no version % of its metadata', p_tenant, p_version
            USING ERRCODE = 'U4417',
                  HINT = 'List them with metadata_history().';
    END IF;

    RETURN v_found;
END;
$$;

COMMENT ON FUNCTION c360.metadata_version(text, integer) IS
    'A version of a tenant''s identity metadata, whole: document, checksum, when, by whom.';
