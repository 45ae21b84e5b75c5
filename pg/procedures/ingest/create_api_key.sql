-- Registers an API key. The key itself never comes here: the caller makes it, hands over its SHA-256, and shows it once.
-- The triggers on c360.api_keys audit it and tell c360-synch-events.
-- Raises: U1409 key_exists, U1408 key_invalid, U4404

CREATE OR REPLACE FUNCTION c360.create_api_key(
    p_tenant           text,
    p_name             text,
    p_kind             text,
    p_source           text,
    p_key_hash         bytea,
    p_key_prefix       text,
    p_allowed_origins  text[] DEFAULT '{}'
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_api_key_id  bigint;
    v_bad_origin  text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    SELECT origin.text
    INTO v_bad_origin
    FROM unnest(p_allowed_origins) AS origin (text)
    WHERE origin.text !~ '^https?://[a-z0-9.-]+(:[0-9]+)?$'
    LIMIT 1;

    IF v_bad_origin IS NOT NULL THEN
        RAISE EXCEPTION '"%" is not a web origin', v_bad_origin
            USING ERRCODE = 'U1408',
                  HINT = 'Write it as browsers send it: https://shop.example, small letters, no path.';
    END IF;

    BEGIN
        INSERT INTO c360.api_keys AS key (tenant, name, kind, source, key_prefix, key_hash, allowed_origins, created_by)
        VALUES (p_tenant, p_name, p_kind, p_source, p_key_prefix, p_key_hash, p_allowed_origins, c360._actor())
        RETURNING key.api_key_id
        INTO v_api_key_id;
    EXCEPTION
        WHEN unique_violation THEN
            RAISE EXCEPTION 'tenant "%" has a key named "%"', p_tenant, p_name
                USING ERRCODE = 'U1409',
                      HINT = 'Choose another name, with --name on the command line; names of revoked keys stay taken.';
        WHEN check_violation OR not_null_violation THEN
            RAISE EXCEPTION 'the key cannot be registered: %', sqlerrm
                USING ERRCODE = 'U1408',
                      HINT = 'kind is write, secret or agent; source has up to 63 small letters, digits, _, . and -.';
    END;

    RETURN v_api_key_id;
END;
$$;

COMMENT ON FUNCTION c360.create_api_key(text, text, text, text, bytea, text, text[]) IS
    'Registers an API key by its SHA-256; answers its id.';
