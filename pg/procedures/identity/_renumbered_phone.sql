-- The present form of a national number that was given before a renumbering; other numbers as they are. Some old forms are
-- the present ones of others: these count only where the area code stands apart in the number as sent, as in 08 3825 1234.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._renumbered_phone(
    p_digits text,
    p_plan   jsonb,
    p_value  text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_old    jsonb := p_plan -> 'old';
    v_length text := '/' || length(p_digits);
    v_new    text;
    v_apart  text;
BEGIN
    FOR i IN REVERSE 4..1 LOOP
        v_new := v_old ->> (left(p_digits, i) || v_length);
        CONTINUE WHEN v_new IS NULL;

        v_apart := nullif(split_part(v_new, '>', -2), '');
        IF v_apart IS NULL OR p_value ~ format('(^|[^0-9])(%s)?0?%s([)] *|[ .-]+)[0-9]{4}', p_plan ->> 'code', v_apart) THEN
            RETURN split_part(v_new, '>', -1) || substr(p_digits, i + 1);
        END IF;
    END LOOP;
    RETURN p_digits;
END;
$$;

COMMENT ON FUNCTION c360._renumbered_phone(text, jsonb, text) IS
    'Present form of a national number of before a renumbering.';
