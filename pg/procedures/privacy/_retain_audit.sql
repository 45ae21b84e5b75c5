-- Removes rows of the audit log about a tenant written before a time, at most p_limit; a dry run counts them all. Safe to
-- repeat.

CREATE OR REPLACE FUNCTION c360._retain_audit(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_removed bigint;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM c360.audit_log AS entry
        WHERE entry.tenant = p_tenant
          AND entry.at < p_before;

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    DELETE FROM c360.audit_log AS entry
    WHERE entry.audit_id IN (
        SELECT old.audit_id
        FROM c360.audit_log AS old
        WHERE old.tenant = p_tenant
          AND old.at < p_before
        ORDER BY old.at
        LIMIT p_limit
    );
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN jsonb_build_object('removed', v_removed, 'has_more', v_removed = p_limit);
END;
$$;

COMMENT ON FUNCTION c360._retain_audit(text, timestamptz, boolean, integer) IS
    'Removes rows of the audit log about a tenant of before a time.';
