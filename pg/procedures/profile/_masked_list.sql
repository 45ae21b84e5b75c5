-- A list of values of a masked attribute as people may see it: texts keep their ends where the attribute is text, everything
-- else is hidden wholly, absent ones stay absent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_list(
    p_values    jsonb,
    p_data_type text
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
AS $$
    SELECT jsonb_agg(
        CASE
            WHEN jsonb_typeof(item.value) IN ('array', 'object') THEN c360.mask_value(item.value)
            WHEN p_data_type = 'text' OR jsonb_typeof(item.value) = 'null' THEN c360._masked_value(item.value)
            ELSE to_jsonb('****'::text)
        END
        ORDER BY item.number
    )
    FROM jsonb_array_elements(p_values) WITH ORDINALITY AS item (value, number);
$$;

COMMENT ON FUNCTION c360._masked_list(jsonb, text) IS
    'Values of a masked attribute as people may see them.';
