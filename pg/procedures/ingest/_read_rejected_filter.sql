-- A filter of rejected events out of the document that callers give. Its members, each of which may be missing: id, code, source, event
-- and message_id, one or a list of them; since and until, times.
-- Raises: U1017 filter_invalid

CREATE OR REPLACE FUNCTION c360._read_rejected_filter(p_filter jsonb)
    RETURNS c360.rejected_filter
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids      text[];
    v_mistake  text;
BEGIN
    IF jsonb_typeof(p_filter) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'the filter is not a JSON object'
            USING ERRCODE = 'U1017',
                  HINT = 'Write an object such as {"code": "U1109", "since": "2026-05-01"}; {} means all.';
    END IF;

    SELECT string_agg(member, ', ' ORDER BY member)
    INTO v_mistake
    FROM jsonb_object_keys(p_filter) AS member
    WHERE member NOT IN ('id', 'code', 'source', 'event', 'message_id', 'since', 'until');
    IF v_mistake IS NOT NULL THEN
        RAISE EXCEPTION 'a filter has no member %', v_mistake
            USING ERRCODE = 'U1017',
                  HINT = 'There are id, code, source, event, message_id, since and until.';
    END IF;

    v_ids := c360._filter_texts(p_filter, 'id');
    SELECT given.value
    INTO v_mistake
    FROM unnest(v_ids) AS given (value)
    WHERE NOT pg_input_is_valid(given.value, 'bigint')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '"%" is not the number of a rejected event', v_mistake
            USING ERRCODE = 'U1017';
    END IF;

    RETURN ROW(
        v_ids::bigint[],
        c360._filter_texts(p_filter, 'code'),
        c360._filter_texts(p_filter, 'source'),
        c360._filter_texts(p_filter, 'event'),
        c360._filter_texts(p_filter, 'message_id'),
        c360._filter_time(p_filter, 'since'),
        c360._filter_time(p_filter, 'until')
    )::c360.rejected_filter;
END;
$$;

COMMENT ON FUNCTION c360._read_rejected_filter(jsonb) IS
    'A filter of rejected events out of a document {id, code, source, event, message_id, since, until}.';
