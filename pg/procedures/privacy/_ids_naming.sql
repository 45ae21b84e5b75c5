-- Message ids that have one of these texts, given in small letters, anywhere in them: [{source, message_id}]. Retention may have
-- dropped the events they came with, so nothing else says whose they are. Anywhere and not only as a word: ids are put
-- together, and one of somebody else loses nothing by being kept as a hash. Reads every id of the tenant.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._ids_naming(p_texts text[])
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
DECLARE
    v_patterns text[] := ARRAY(
        SELECT '%' || regexp_replace(given.value, '([\\%_])', '\\\1', 'g') || '%'
        FROM unnest(p_texts) AS given (value)
    );
    v_named    jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object('source', known.source, 'message_id', known.message_id)), '[]')
    INTO v_named
    FROM cdp_event_ids AS known
    WHERE c360._in_small_letters(known.message_id) LIKE ANY (v_patterns);

    RETURN v_named;
END;
$$;

COMMENT ON FUNCTION c360._ids_naming(text[]) IS
    'Message ids that hold one of these texts.';
