-- Those of several golden records to whom something may be sent for a purpose; ids that were merged away count as their survivor. Nobody,
-- for a purpose that is not declared, and nobody whom an observation names that says no and is nobody's yet. To be asked right before sending, set by
-- set. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360._may_send(
    p_tenant             text,
    p_purpose            text,
    p_master_profile_ids uuid[]
)
    RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF to_regclass('cdp_consent_state') IS NULL THEN
        RETURN '{}';
    END IF;

    RETURN ARRAY(
        SELECT held.master_profile_id
        FROM c360._consent_states(p_tenant, p_master_profile_ids, p_purpose) AS held
        WHERE held.is_allowed
    );
END;
$$;

COMMENT ON FUNCTION c360._may_send(text, text, uuid[]) IS
    'Those of several golden records to whom something may be sent for a purpose.';
