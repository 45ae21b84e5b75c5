-- Removes calls of agents of before a time, at most p_limit; a dry run counts them all. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._retain_agent_calls(
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_past bigint[];
BEGIN
    IF to_regclass('cdp_agent_calls') IS NULL THEN
        RETURN '{"removed": 0}';
    END IF;

    v_past := ARRAY(
        SELECT told.agent_call_id
        FROM cdp_agent_calls AS told
        WHERE told.called_at < p_before
        ORDER BY told.called_at
        LIMIT CASE WHEN NOT p_dry_run THEN p_limit END
    );

    IF NOT p_dry_run THEN
        DELETE FROM cdp_agent_calls AS told
        WHERE told.agent_call_id = ANY (v_past);
    END IF;

    RETURN jsonb_build_object('removed', cardinality(v_past)) || CASE
        WHEN p_dry_run THEN '{}'
        ELSE jsonb_build_object('has_more', cardinality(v_past) = p_limit)
    END;
END;
$$;

COMMENT ON FUNCTION c360._retain_agent_calls(timestamptz, boolean, integer) IS
    'Removes calls of agents of before a time.';
