-- Every version of a golden record, newest first: what changed, why, by whom, and the record as it was. The history of
-- an absorbed id ends with its absorption; ask for the survivor to go on. Where retention removed old versions it begins with
-- the first that is kept, above 1. Masked values are shown masked.
-- Raises: U2404 profile_not_found, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.profile_history(
    p_tenant     text,
    p_profile_id uuid
)
    RETURNS TABLE (
        version    integer,
        change     text,
        valid_from timestamptz,
        valid_to   timestamptz,
        changed_by text,
        reason     jsonb,
        profile    jsonb
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
        history.version,
        history.change,
        history.valid_from,
        lead(history.valid_from) OVER (ORDER BY history.version),
        history.changed_by,
        c360._masked_reason(p_tenant, history.reason),
        c360._masked_document(p_tenant, history.profile)
    FROM cdp_profile_history AS history
    WHERE history.master_profile_id = p_profile_id
    ORDER BY history.version DESC;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no profile "%"', p_profile_id
            USING ERRCODE = 'U2404';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.profile_history(text, uuid) IS
    'All versions of a golden record, newest first, with reason and author.';
