-- Who asked for the context of whom, what for, and which kinds of data were given; the latest first. With an identifier: of that person, also under ids
-- that were merged into it. Kept as long as retention kind agent_calls says. Reads only.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.agent_calls(
    p_tenant          text,
    p_identifier_type text DEFAULT NULL,
    p_value           text DEFAULT NULL,
    p_limit           integer DEFAULT 100
)
    RETURNS TABLE (
        called_at   timestamptz,
        caller      text,
        via         text,
        profile_id  uuid,
        purpose     text,
        channel     text,
        is_allowed  boolean,
        given       text[]
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_limit  integer := c360._checked_limit(p_limit);
    v_id     uuid;
    v_family uuid[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF p_identifier_type IS NOT NULL THEN
        SELECT found.master_profile_id INTO v_id FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS found;
        v_family := c360._family_of(v_id);
    END IF;

    RETURN QUERY
    SELECT
        told.called_at,
        told.caller,
        told.via,
        told.master_profile_id,
        told.purpose,
        told.channel,
        told.is_allowed,
        told.given
    FROM cdp_agent_calls AS told
    WHERE v_family IS NULL
       OR told.master_profile_id = ANY (v_family)
    ORDER BY
        told.called_at DESC,
        told.agent_call_id DESC
    LIMIT v_limit;
END;
$$;

COMMENT ON FUNCTION c360.agent_calls(text, text, text, integer) IS
    'Who asked for the context of whom on behalf of an agent, and which kinds of data were given.';
