-- The values an identifier has in a row: texts and numbers trimmed, lists and objects of scopes as they are; one value by
-- itself, several as a list without repetition. NULL when there is none. Pure.

CREATE OR REPLACE FUNCTION c360._import_values(VARIADIC p_values jsonb[])
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN jsonb_agg(found.value) -> 0 ELSE jsonb_agg(found.value ORDER BY found.value) END
    FROM (
        SELECT DISTINCT
            CASE jsonb_typeof(single.value) WHEN 'object' THEN single.value ELSE to_jsonb(btrim(single.value #>> '{}')) END AS value
        FROM unnest(p_values) AS item (value)
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(item.value) WHEN 'array' THEN item.value ELSE jsonb_build_array(item.value) END
        ) AS single (value)
        WHERE jsonb_typeof(single.value) IN ('string', 'number', 'object')
          AND btrim(single.value #>> '{}') <> ''
    ) AS found;
$$;

COMMENT ON FUNCTION c360._import_values(jsonb[]) IS
    'One identifier of a row of an import, from the columns that hold it.';
