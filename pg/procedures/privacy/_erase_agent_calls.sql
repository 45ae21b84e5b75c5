-- Removes that agents were told about a person. Answers {table: rows}. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_agent_calls(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_calls bigint;
BEGIN
    IF to_regclass('cdp_agent_calls') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_agent_calls AS told
    WHERE told.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_calls = ROW_COUNT;

    RETURN jsonb_build_object('cdp_agent_calls', v_calls);
END;
$$;

COMMENT ON FUNCTION c360._erase_agent_calls(c360.person) IS
    'Removes that agents were told about a person.';
