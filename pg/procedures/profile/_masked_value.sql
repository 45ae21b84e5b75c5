-- Hides a value of a document the way the views do: texts and lists of texts keep their ends, anything else is hidden
-- wholly. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_value(
    p_value     jsonb,
    p_data_type text DEFAULT 'text'
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) = 'null' THEN p_value
        WHEN p_data_type = 'text' THEN to_jsonb(c360.mask_value(p_value #>> '{}'))
        WHEN p_data_type = 'text[]' AND jsonb_typeof(p_value) = 'array' THEN to_jsonb(c360.mask_value(c360._text_list(p_value, NULL)))
        ELSE c360.mask_value(p_value)
    END;
$$;

COMMENT ON FUNCTION c360._masked_value(jsonb, text) IS
    'A value of a profile document as people and receivers may see it.';
