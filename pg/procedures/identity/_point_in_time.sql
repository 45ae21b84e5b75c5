-- The point in time a value means: a text in the spellings of c360._iso_time() (UTC where it names no zone, midnight where it
-- names no time), or a number, also as text, that counts since 1970 (c360._epoch_time()). NULL when it is none of these.
-- STABLE, not because of the session, whose TimeZone and DateStyle make no difference. Raises nothing.

CREATE OR REPLACE FUNCTION c360._point_in_time(
    p_value jsonb,
    p_order text
)
    RETURNS timestamptz
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := c360.present_text(c360._scalar(p_value));
    v_iso  text;
BEGIN
    IF jsonb_typeof(p_value) = 'number' THEN
        v_text := trim_scale(p_value::numeric)::text;
    END IF;
    IF v_text ~ '^[0-9]{9,19}([.][0-9]{1,9})?$' OR (jsonb_typeof(p_value) = 'number' AND v_text ~ '^-[0-9]{9,19}([.][0-9]{1,9})?$') THEN
        IF v_text !~ '^[0-9]{14}$' THEN
            RETURN c360._epoch_time(v_text::numeric);
        END IF;
    END IF;

    v_iso := c360._iso_time(v_text, p_order);

    RETURN (v_iso || CASE
        WHEN length(v_iso) = 10 THEN 'T00:00:00Z'
        WHEN v_iso ~ '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$' THEN ''
        ELSE 'Z'
    END)::timestamptz;
END;
$$;

COMMENT ON FUNCTION c360._point_in_time(jsonb, text) IS
    'The point in time a JSON text or number means; NULL when it is none.';
