-- Tells whether the text of a failed attempt is the relay's own account (no connection, bad TLS, too slow, not allowed), which holds
-- nothing of what the endpoint said. Pure.

CREATE OR REPLACE FUNCTION c360._is_our_account(p_error text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p_error IN ('cleartext', 'forbidden', 'connect', 'proxy', 'tls', 'timeout');
$$;

COMMENT ON FUNCTION c360._is_our_account(text) IS
    'True where the text of an attempt was written by the relay and not by the endpoint.';
