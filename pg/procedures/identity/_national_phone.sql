-- E.164 of digits as they are dialled inside a country, with or without its trunk prefix. Leading digits and length tell what is
-- the trunk prefix and what is not; a number whose leading digits the plan does not know (they are given out anew each year)
-- must have a length of the plan. Others give NULL. p_value is the number as sent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._national_phone(
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
    v_home   text := p_plan ->> 'home';
    v_shapes text := p_plan ->> 'shapes';
    v_old    text := p_plan ->> 'old_shapes';
    v_digits text := p_digits;
    v_length text;
    v_taken  text[];
    v_own    text;
BEGIN
    IF starts_with(p_digits, v_home) THEN
        v_digits := substr(p_digits, length(v_home) + 1);
    ELSIF v_home IS NULL AND p_plan ? 'home_pattern' THEN
        v_taken := regexp_match(p_digits, p_plan ->> 'home_pattern');
        -- Some plans put an area code, or the sign of a mobile, in the place of what they take away.
        v_digits := regexp_replace(
            p_digits,
            p_plan ->> 'home_pattern',
            CASE WHEN v_taken[cardinality(v_taken)] <> '' AND p_plan ? 'home_becomes' THEN p_plan ->> 'home_becomes' ELSE '' END
        );
    END IF;

    -- What looked like the trunk prefix may be part of the number.
    FOREACH v_digits IN ARRAY ARRAY[v_digits, p_digits] LOOP
        v_length := '/' || length(v_digits) || ' ';
        IF strpos(v_old, ' ' || left(v_digits, 1) || v_length) > 0 THEN
            v_digits := c360._renumbered_phone(v_digits, p_plan, p_value);
            v_length := '/' || length(v_digits) || ' ';
        END IF;
        v_own := coalesce(v_own, v_digits);
        IF strpos(v_shapes, ' ' || left(v_digits, 1) || v_length) > 0
            OR strpos(v_shapes, ' ' || left(v_digits, 2) || v_length) > 0
            OR strpos(v_shapes, ' ' || left(v_digits, 3) || v_length) > 0
        THEN
            RETURN '+' || (p_plan ->> 'code') || v_digits;
        END IF;
    END LOOP;
    -- A digit too many is a slip, not a new range: of numbers that begin alike none is as long.
    RETURN CASE
        WHEN left(v_own, 1) <> '0' AND strpos(p_plan ->> 'lengths', ' ' || length(v_own) || ' ') > 0
            AND coalesce(length(v_own) <= (
                SELECT max(shape.part[1]::integer)
                FROM regexp_matches(v_shapes, ' ' || left(v_own, 1) || '[0-9]*/([0-9]+)', 'g') AS shape (part)
            ), true)
            THEN '+' || (p_plan ->> 'code') || v_own
    END;
END;
$$;

COMMENT ON FUNCTION c360._national_phone(text, jsonb, text) IS
    'E.164 of digits as dialled inside a country; NULL where nobody has the number.';
