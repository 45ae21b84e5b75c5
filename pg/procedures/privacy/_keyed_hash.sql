-- A hash that nobody can make who has not the key, so that it cannot be found by trying. The nested form keeps a hash from
-- being continued by somebody who has it but not the key. Pure.

CREATE OR REPLACE FUNCTION c360._keyed_hash(p_key bytea, p_text text)
    RETURNS bytea
    LANGUAGE sql
    STABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT sha256(p_key || sha256(p_key || convert_to(p_text, 'UTF8')));
$$;

COMMENT ON FUNCTION c360._keyed_hash(bytea, text) IS
    'SHA-256 of a text under a secret key.';
