-- Lists visits, newest first: of everybody, or of the golden record with an identifier ('profile_id' takes its id). Columns are those
-- of the view cdp_sessions. Reads only.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.list_sessions(
    p_tenant          text,
    p_identifier_type text DEFAULT NULL,
    p_value           text DEFAULT NULL,
    p_limit           integer DEFAULT 100
)
    RETURNS SETOF json
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF p_identifier_type IS NULL THEN
        RETURN QUERY
        SELECT to_json(visit.*)
        FROM cdp_sessions AS visit
        ORDER BY
            visit.started_at DESC,
            visit.entry_event_id DESC
        LIMIT c360._checked_limit(p_limit);
    ELSE
        SELECT known.master_profile_id
        INTO v_profile_id
        FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS known;

        RETURN QUERY
        SELECT to_json(visit.*)
        FROM cdp_sessions AS visit
        WHERE visit.master_profile_id = v_profile_id
        ORDER BY
            visit.started_at DESC,
            visit.entry_event_id DESC
        LIMIT c360._checked_limit(p_limit);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.list_sessions(text, text, text, integer) IS
    'Visits of everybody or of one golden record, newest first.';
