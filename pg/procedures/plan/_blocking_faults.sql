-- What an event does not follow of a schema that blocks: places and keywords, such as /order_id minLength, / required; NULL when it follows.
-- Neither what is demanded there nor what was sent: the sender may be a public page. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._blocking_faults(
    p_type       text,
    p_event_name text,
    p_payload    jsonb
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        SELECT left(string_agg(coalesce(nullif(checked.path, ''), '/') || ' ' || checked.keyword, ', ' ORDER BY checked.position), 500)
        FROM cdp_event_checks AS checked
        WHERE checked.event_type = p_type
          AND checked.event_name = p_event_name
          AND checked.mode = 'block'
          AND NOT coalesce(jsonb_path_match(c360._schema_subject(p_type, p_payload), checked.test, silent => true), false)
    );
END;
$$;

COMMENT ON FUNCTION c360._blocking_faults(text, text, jsonb) IS
    'What an event does not follow of a schema that blocks, by place and keyword.';
