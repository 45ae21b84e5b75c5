-- Whose export a header is: the one system that has a signature in it; NULL where none has, or several have. Pure.

CREATE OR REPLACE FUNCTION c360._detect_preset(p_columns jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    WITH header AS (
        SELECT array_agg(c360._column_word(item.value ->> 'name')) AS words
        FROM jsonb_array_elements(p_columns) AS item (value)
    ),
    found AS (
        SELECT DISTINCT signature.preset
        FROM c360._preset_signatures() AS signature
        CROSS JOIN header
        WHERE header.words @> ARRAY(SELECT c360._column_word(name) FROM unnest(signature.names) AS name)
    )
    SELECT CASE WHEN count(*) = 1 THEN min(found.preset) END
    FROM found;
$$;

COMMENT ON FUNCTION c360._detect_preset(jsonb) IS
    'The system whose export has such a header; NULL where that is not clear.';
