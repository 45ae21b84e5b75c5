-- A list of texts out of JSON, one value left out; NULL when nothing remains or it is no list. Raises nothing.

CREATE OR REPLACE FUNCTION c360._text_list(
    p_list    jsonb,
    p_without text
)
    RETURNS text[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
BEGIN
    IF jsonb_typeof(p_list) IS DISTINCT FROM 'array' THEN
        RETURN NULL;
    END IF;

    RETURN (
        SELECT array_agg(item.value ORDER BY item.place)
        FROM jsonb_array_elements_text(p_list) WITH ORDINALITY AS item (value, place)
        WHERE item.value IS NOT NULL
          AND item.value IS DISTINCT FROM p_without
    );
END;
$$;

COMMENT ON FUNCTION c360._text_list(jsonb, text) IS
    'Texts of a JSON list without one of them; NULL when none remain.';
