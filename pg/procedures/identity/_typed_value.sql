-- A trait as JSON of the type of its column, or NULL when the column cannot hold it: numbers and booleans from their text, a
-- whole number also where it is spelled 5.0; lists of texts sorted and without repeats, a single value being a list of one; objects
-- without their nulls. Infinity and NaN are no numbers, for no JSON can hold them. For days and points in time see c360._day() and
-- c360._point_in_time(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._typed_value(
    p_value jsonb,
    p_type  text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text;
BEGIN
    IF p_type = 'jsonb' THEN
        RETURN CASE WHEN jsonb_typeof(p_value) = 'object' THEN nullif(jsonb_strip_nulls(p_value), '{}') END;
    ELSIF p_type = 'text[]' THEN
        RETURN (
            SELECT jsonb_agg(DISTINCT item.text COLLATE "C" ORDER BY item.text COLLATE "C")
            FROM (
                SELECT c360.present_text(element.value)
                FROM jsonb_array_elements_text(
                    CASE jsonb_typeof(p_value)
                        WHEN 'array' THEN p_value
                        WHEN 'object' THEN '[]'
                        ELSE jsonb_build_array(p_value)
                    END
                ) AS element (value)
            ) AS item (text)
            WHERE length(item.text) <= 500
        );
    END IF;

    v_text := c360.present_text(c360._scalar(p_value));
    IF p_type IN ('integer', 'bigint') AND v_text ~ '^[-+]?[0-9]+[.]0+$' THEN
        v_text := split_part(v_text, '.', 1);
    END IF;
    -- Types are spelled out: pg_input_is_valid() would go on looking at the type of its first call in a session.
    CASE p_type
        WHEN 'integer' THEN
            RETURN CASE WHEN pg_input_is_valid(v_text, 'integer') THEN to_jsonb(v_text::integer) END;
        WHEN 'bigint' THEN
            RETURN CASE WHEN pg_input_is_valid(v_text, 'bigint') THEN to_jsonb(v_text::bigint) END;
        WHEN 'boolean' THEN
            RETURN CASE WHEN pg_input_is_valid(v_text, 'boolean') THEN to_jsonb(v_text::boolean) END;
        ELSE
            IF v_text ~ '^[-+]?[0-9.]+([eE][-+]?[0-9]{1,3})?$' THEN
                RETURN CASE
                    WHEN p_type = 'numeric' AND pg_input_is_valid(v_text, 'numeric') THEN to_jsonb(v_text::numeric)
                    WHEN p_type = 'double precision' AND pg_input_is_valid(v_text, 'double precision')
                        THEN to_jsonb(v_text::double precision)
                END;
            END IF;
            RETURN NULL;
    END CASE;
END;
$$;

COMMENT ON FUNCTION c360._typed_value(jsonb, text) IS
    'A trait as JSON of a column''s type; NULL when the column cannot hold it.';
