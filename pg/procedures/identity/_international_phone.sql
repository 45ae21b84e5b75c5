-- E.164 of the digits that follow a plus, or what is dialled in its place: country code and number, perhaps with the trunk
-- prefix between (+84 0912 ...). NULL where no country has the code or nobody the number. p_value is the number as sent.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._international_phone(
    p_digits text,
    p_value  text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_plan jsonb := coalesce(
        c360._phone_plans() -> left(p_digits, 2),
        c360._phone_plans() -> left(p_digits, 3),
        c360._phone_plans() -> left(p_digits, 1)
    );
BEGIN
    IF jsonb_typeof(v_plan) = 'string' THEN
        v_plan := c360._phone_plans() -> (v_plan #>> '{}');
    END IF;
    -- A trunk prefix that is no zero is a digit of the number here: +7 8 912 ... is nobody's.
    RETURN c360._national_phone(
        substr(p_digits, length(v_plan ->> 'code') + 1), CASE v_plan ->> 'home' WHEN '8' THEN v_plan - 'home' ELSE v_plan END, p_value
    );
END;
$$;

COMMENT ON FUNCTION c360._international_phone(text, text) IS
    'E.164 of the digits behind a plus; NULL where nobody has the number.';
