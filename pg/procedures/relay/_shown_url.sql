-- The address of a webhook as people may see it: scheme and host. User, path and query may hold secrets. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_url(p_url text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT split_part(p_url, '://', 1) || '://' || regexp_replace(split_part(split_part(p_url, '://', 2), '/', 1), '^.*@|[?#].*$', '', 'g')
        || '/****';
$$;

COMMENT ON FUNCTION c360._shown_url(text) IS
    'Scheme and host of an address; what follows may be a secret.';
