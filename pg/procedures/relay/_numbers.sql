-- Turns a JSON array of numbers into an array, in order; NULL stays NULL. Pure.

CREATE OR REPLACE FUNCTION c360._numbers(p_array jsonb)
    RETURNS double precision[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT array_agg(number.value::double precision ORDER BY number.position)
    FROM jsonb_array_elements_text(nullif(p_array, 'null')) WITH ORDINALITY AS number (value, position);
$$;

COMMENT ON FUNCTION c360._numbers(jsonb) IS
    'A JSON array of numbers as double precision[]; NULL for NULL or an empty array.';
