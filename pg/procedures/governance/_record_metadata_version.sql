-- Writes down what decides who is who in a tenant after a change: one numbered version a transaction, whole. A transaction
-- that leaves the metadata as they were makes none. Safe to repeat. One transaction a tenant at a time.

CREATE OR REPLACE FUNCTION c360._record_metadata_version(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_document jsonb;
    v_checksum text;
    v_before   record;
BEGIN
    PERFORM c360._hold_lock(p_tenant, 'metadata');

    v_document := c360._identity_metadata(p_tenant);
    v_checksum := encode(sha256(convert_to(v_document::text, 'UTF8')), 'hex');

    DELETE FROM c360.metadata_versions AS own
    WHERE own.tenant = p_tenant
      AND own.xact_id = pg_current_xact_id();

    SELECT
        latest.version,
        latest.document,
        latest.checksum
    INTO v_before
    FROM c360.metadata_versions AS latest
    WHERE latest.tenant = p_tenant
    ORDER BY latest.version DESC
    LIMIT 1;

    -- The tenant itself may be on its way out.
    IF v_document IS NULL OR v_checksum = v_before.checksum THEN
        RETURN;
    END IF;

    INSERT INTO c360.metadata_versions (tenant, version, document, checksum, changes, recorded_by)
    VALUES (
        p_tenant,
        coalesce(v_before.version, 0) + 1,
        v_document,
        v_checksum,
        c360._metadata_differences(v_before.document, v_document),
        c360._actor()
    );
END;
$$;

COMMENT ON FUNCTION c360._record_metadata_version(text) IS
    'Records the identity metadata of a tenant as a numbered version, one a transaction.';
