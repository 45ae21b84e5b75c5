-- The condition of a segment, or the expression of a trait, as readers may see it: one that names a masked attribute may hold somebody's value, and is hidden. Such a
-- condition is refused when it is compiled, but it stands in the metadata until somebody changes it. Reads only.

CREATE OR REPLACE FUNCTION c360._shown_condition(
    p_tenant    text,
    p_condition text
)
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT
            FROM c360._masked_attributes(p_tenant) AS hidden
            WHERE strpos(lower(p_condition), hidden.attribute) > 0
        ) THEN '****'
        ELSE p_condition
    END;
$$;

COMMENT ON FUNCTION c360._shown_condition(text, text) IS
    'The condition of a segment, hidden where it names a masked attribute.';
