-- The keyed hash of an identifier in the form it is compared in. Pure.

CREATE OR REPLACE FUNCTION c360._identifier_hash(p_key bytea, p_identifier_type text, p_value text)
    RETURNS bytea
    LANGUAGE sql
    STABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT c360._keyed_hash(p_key, p_identifier_type || chr(31) || p_value);
$$;

COMMENT ON FUNCTION c360._identifier_hash(bytea, text, text) IS
    'Type and value of an identifier under a secret key.';
