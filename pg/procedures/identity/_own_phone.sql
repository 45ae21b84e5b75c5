-- A phone number as E.164 by the country of the record that has it, which is that of the tenant where the record says none.
-- A record that names another country is never read by the plan of the tenant: its number would be a stranger's. Raises nothing.

CREATE OR REPLACE FUNCTION c360._own_phone(
    p_value   text,
    p_country text,
    p_default text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT c360.normalise_phone(p_value, coalesce(p_country, p_default))
$$;

COMMENT ON FUNCTION c360._own_phone(text, text, text) IS
    'Phone number as E.164 by the country of its record, else of the tenant.';
