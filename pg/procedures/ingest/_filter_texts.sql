-- A member of a filter as texts: one string or number, or a list of such; NULL when it is not there.
-- Raises: U1017 filter_invalid

CREATE OR REPLACE FUNCTION c360._filter_texts(p_filter jsonb, p_member text)
    RETURNS text[]
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_given jsonb := p_filter -> p_member;
BEGIN
    IF jsonb_typeof(v_given) = 'null' OR v_given IS NULL THEN
        RETURN NULL;
    ELSIF jsonb_typeof(v_given) <> 'array' THEN
        v_given := jsonb_build_array(v_given);
    END IF;

    IF EXISTS (
        SELECT
        FROM jsonb_array_elements(v_given) AS item
        WHERE jsonb_typeof(item) NOT IN ('string', 'number')
    ) THEN
        RAISE EXCEPTION 'member "%" of the filter is neither a text nor a list of texts', p_member
            USING ERRCODE = 'U1017',
                  HINT = format('Write {"%s": "..."} or {"%s": ["...", "..."]}.', p_member, p_member);
    END IF;

    RETURN ARRAY(SELECT jsonb_array_elements_text(v_given));
END;
$$;

COMMENT ON FUNCTION c360._filter_texts(jsonb, text) IS
    'A member of a filter as texts.';
