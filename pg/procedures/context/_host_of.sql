-- The host of an address in small letters, without its port; NULL when it names none. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._host_of(p_address text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT nullif(lower(substring(p_address FROM '^(?:[A-Za-z][A-Za-z0-9+.-]{0,30}:)?//(\[[^]/]*\]|[^/:]*)') COLLATE "C"), '');
$$;

COMMENT ON FUNCTION c360._host_of(text) IS
    'The host of an address.';
