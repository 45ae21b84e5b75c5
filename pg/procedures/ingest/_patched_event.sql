-- A rejected event with its correction, or NULL when the database still cannot store it.

CREATE OR REPLACE FUNCTION c360._patched_event(p_payload text, p_patch jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_event jsonb;
BEGIN
    IF pg_input_is_valid(p_payload, 'jsonb') THEN
        v_event := p_payload::jsonb;
    END IF;

    IF p_patch IS NULL THEN
        RETURN v_event;
    END IF;

    IF jsonb_typeof(v_event) IS DISTINCT FROM 'object' THEN
        v_event := '{}';
    END IF;

    RETURN (
        SELECT coalesce(jsonb_object_agg(member.key, member.value), '{}')
        FROM jsonb_each(v_event || p_patch) AS member
        WHERE NOT (p_patch ? member.key AND jsonb_typeof(member.value) = 'null')
    );
END;
$$;

COMMENT ON FUNCTION c360._patched_event(text, jsonb) IS
    'A rejected event with a patch laid over it; NULL when it is no JSON the database can store.';
