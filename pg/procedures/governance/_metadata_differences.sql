-- Says in words what differs between two documents of _identity_metadata: one line a property and row. NULL before lists
-- nothing: the first version has nothing to differ from. Reads only.

CREATE OR REPLACE FUNCTION c360._metadata_differences(
    p_before jsonb,
    p_after  jsonb
)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH side (is_after, document) AS (
        VALUES (false, p_before), (true, p_after)
    ),
    item AS (
        SELECT
            side.is_after,
            part.key AS name,
            part.value
        FROM side
        CROSS JOIN LATERAL jsonb_each(side.document) AS part
        WHERE jsonb_typeof(part.value) <> 'array'
        UNION ALL
        SELECT
            side.is_after,
            concat_ws(
                '.',
                part.key,
                CASE part.key
                    WHEN 'match_rules' THEN listed.value ->> 'rule'
                    WHEN 'attributes' THEN listed.value ->> 'attribute'
                    ELSE listed.value ->> 'identifier_type'
                END,
                listed.value ->> 'pattern'
            ),
            listed.value
        FROM side
        CROSS JOIN LATERAL jsonb_each(side.document) AS part
        CROSS JOIN LATERAL jsonb_array_elements(part.value) AS listed
        WHERE jsonb_typeof(part.value) = 'array'
    ),
    difference AS (
        SELECT coalesce(after.name, before.name) || ': ' || CASE
            WHEN before.name IS NULL THEN 'added'
            WHEN after.name IS NULL THEN 'removed'
            ELSE 'changed'
        END AS line
        FROM (SELECT * FROM item WHERE NOT item.is_after) AS before
        FULL JOIN (SELECT * FROM item WHERE item.is_after) AS after USING (name)
        WHERE before.value IS DISTINCT FROM after.value
    )
    SELECT coalesce(array_agg(difference.line ORDER BY difference.line COLLATE "C") FILTER (WHERE p_before IS NOT NULL), '{}')
    FROM difference;
$$;

COMMENT ON FUNCTION c360._metadata_differences(jsonb, jsonb) IS
    'What differs between two versions of identity metadata, in words.';
