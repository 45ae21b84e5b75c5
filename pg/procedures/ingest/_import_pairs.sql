-- A mapping as rows: {"a": "email", "b": ["key", "user_id"]} is three. Columns that are left out are not there. Pure.

CREATE OR REPLACE FUNCTION c360._import_pairs(p_mapping jsonb)
    RETURNS TABLE (column_name text, target text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        entry.key,
        item.target
    FROM jsonb_each(p_mapping) AS entry
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(entry.value) WHEN 'array' THEN entry.value ELSE jsonb_build_array(entry.value) END
    ) AS item (target)
    WHERE coalesce(item.target, '') NOT IN ('', 'ignore');
$$;

COMMENT ON FUNCTION c360._import_pairs(jsonb) IS
    'The columns of a mapping and their targets.';
