-- Of paths such as address.city those that begin with a member, without it. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._paths_below(
    p_paths  text[],
    p_member text
)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(substr(path.name, length(p_member) + 2)), '{}')
    FROM unnest(p_paths) AS path (name)
    WHERE starts_with(path.name, p_member || '.');
$$;

COMMENT ON FUNCTION c360._paths_below(text[], text) IS
    'Paths that go through a member, from there on.';
