-- Names as people may see them: a JSON list in comparable form, each name once, hidden wholly where names are masked. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_names(
    p_names     c360.said_name[],
    p_is_masked boolean
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(shown.name ORDER BY shown.name), '[]')
    FROM (
        SELECT DISTINCT CASE WHEN p_is_masked THEN '****' ELSE concat_ws(' ', said.given_name, said.family_name) END AS name
        FROM unnest(p_names) AS said (given_name, family_name, birth_date)
    ) AS shown;
$$;

COMMENT ON FUNCTION c360._shown_names(c360.said_name[], boolean) IS
    'A list of names, hidden wholly if they are masked.';
