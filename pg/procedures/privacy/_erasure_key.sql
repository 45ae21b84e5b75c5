-- The key of the tenant that the search path points at, made at the first call: 366 random bits. Trusts the search_path.
-- Safe to repeat and to run concurrently. Raises: 40001 where a snapshot is older than the key.

CREATE OR REPLACE FUNCTION c360._erasure_key()
    RETURNS bytea
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO cdp_erasure_keys (key)
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    WHERE NOT EXISTS (SELECT FROM cdp_erasure_keys)
    ON CONFLICT (is_current) DO NOTHING;

    RETURN (SELECT own.key FROM cdp_erasure_keys AS own);
END;
$$;

COMMENT ON FUNCTION c360._erasure_key() IS
    'The secret key of a tenant for hashes of erased values.';
