-- A phone number as E.164 by the country of the record that has it, which is that of the tenant where the record says none;
-- where it is no number there, by the country of the tenant. NULL where it is no plausible number in either. Raises nothing.

CREATE OR REPLACE FUNCTION c360._own_phone(
    p_value   text,
    p_country text,
    p_default text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    IF p_country <> p_default AND left(p_value, 1) <> '+' THEN
        RETURN coalesce(c360.normalise_phone(p_value, p_country), c360.normalise_phone(p_value, p_default));
    END IF;
    RETURN c360.normalise_phone(p_value, p_default);
END;
$$;

COMMENT ON FUNCTION c360._own_phone(text, text, text) IS
    'Phone number as E.164 by the country of its record, else of the tenant.';
