-- Tells whether a text is a host in the one spelling that every program reads alike: a name in lower case, four decimal numbers, or
-- IPv6 in brackets without a zone. Names never end in a number: old programs take 127.1 and 0x7f.1 for addresses. Pure.

CREATE OR REPLACE FUNCTION c360._is_host(p_host text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_host ~ '^\[' THEN
            p_host ~ '^\[([0-9a-f]{0,4}:){1,7}([0-9a-f]{0,4}|[0-9]{1,3}(\.[0-9]{1,3}){3})\]$' AND pg_input_is_valid(btrim(p_host, '[]'), 'inet')
        WHEN p_host ~ '(^|\.)([0-9]+|0x[0-9a-f]*)$' THEN
            p_host ~ '^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(?!$)|$)){4}$'
        ELSE
            length(p_host) <= 253 AND p_host ~ '^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$'
    END;
$$;

COMMENT ON FUNCTION c360._is_host(text) IS
    'True for a host that every program reads alike.';
