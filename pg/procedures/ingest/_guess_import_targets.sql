-- Says what the columns of an import probably mean, by their names: trait paths and attributes of the tenant, then its
-- identifier types, then names other systems use. Of several columns that mean the same the best one is named; a column
-- nobody knows is left out. Case, blanks and punctuation make no difference, but to user_id: a number of another system is unique
-- there alone, so it is a crm_id of the source unless the column is called user_id. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._guess_import_targets(
    p_tenant   text,
    p_source   text,
    p_columns  jsonb
)
    RETURNS TABLE (column_name text, target text)
    LANGUAGE sql
    STABLE
AS $$
    WITH given AS (
        SELECT
            item.value ->> 'name' AS name,
            item.value ->> 'kind' AS kind,
            regexp_replace(lower(normalize(item.value ->> 'name', NFC)), '[[:space:][:punct:]]', '', 'g') AS bare,
            item.position
        FROM jsonb_array_elements(p_columns) WITH ORDINALITY AS item (value, position)
    ),
    path AS (
        SELECT
            attribute.attribute,
            attribute.data_type,
            listed.path,
            regexp_replace(lower(listed.path), '[[:space:][:punct:]]', '', 'g') AS bare,
            attribute.position * 100 + listed.position AS place,
            listed.position = 1 AS is_main
        FROM c360.profile_attributes AS attribute
        CROSS JOIN LATERAL unnest(attribute.trait_paths) WITH ORDINALITY AS listed (path, position)
        WHERE attribute.tenant = p_tenant
          AND attribute.status = 'active'
    ),
    meaning AS (
        SELECT given.*, 1 AS how, path.place, 'traits.' || path.path AS target
        FROM given JOIN path ON path.path = given.name
        UNION ALL
        SELECT given.*, 2, path.place, 'traits.' || path.path
        FROM given JOIN path ON path.bare = given.bare
        UNION ALL
        SELECT given.*, 3, path.place, 'traits.' || path.path
        FROM given JOIN path ON replace(path.attribute, '_', '') = given.bare AND path.is_main
        UNION ALL
        SELECT given.*, 4, 1, 'identifiers.' || CASE
            WHEN kind.identifier_type = 'crm_id' OR (kind.identifier_type = 'user_id' AND given.name NOT IN ('user_id', 'userId')) THEN 'crm_id:' || p_source
            ELSE kind.identifier_type
        END
        FROM given
        JOIN c360.identifier_types AS kind ON replace(kind.identifier_type, '_', '') = given.bare
        WHERE kind.tenant = p_tenant
          AND kind.identifier_type <> 'record_id'
        UNION ALL
        SELECT given.*, 5, synonym.rank, coalesce('traits.' || path.path, synonym.meaning)
            || CASE WHEN synonym.meaning = 'identifiers.crm_id' THEN ':' || p_source ELSE '' END
        FROM given
        JOIN c360._import_synonyms() AS synonym ON synonym.name = given.bare
        LEFT JOIN path ON path.attribute = synonym.meaning AND path.is_main
        WHERE path.path IS NOT NULL
           OR synonym.meaning = 'observed_at'
           OR EXISTS (
                SELECT
                FROM c360.identifier_types AS kind
                WHERE kind.tenant = p_tenant
                  AND 'identifiers.' || kind.identifier_type = split_part(synonym.meaning, ':', 1)
            )
        UNION ALL
        -- An object whose members the tenant reads: {"address": {"city": ...}}.
        SELECT given.*, 6, 1, 'traits.' || given.name
        FROM given
        WHERE given.kind = 'document'
          AND EXISTS (SELECT FROM path WHERE starts_with(path.path, given.name || '.'))
    ),
    -- One meaning for a column, one column for an attribute or identifier type.
    best AS (
        SELECT DISTINCT ON (meaning.position)
            meaning.*,
            path.attribute
        FROM meaning
        LEFT JOIN path ON 'traits.' || path.path = meaning.target
        -- A number of a shop nobody named may be one of any shop.
        WHERE meaning.target <> 'identifiers.crm_id:import'
          AND (meaning.how = 6
           OR c360._import_kind_fits(meaning.kind, coalesce(
            path.data_type,
            CASE WHEN meaning.target LIKE 'traits.%' THEN '' ELSE split_part(meaning.target, '.', 1) END
        )))
        ORDER BY meaning.position, meaning.how, meaning.place
    )
    SELECT DISTINCT ON (coalesce(best.attribute, best.target))
        best.name,
        best.target
    FROM best
    ORDER BY coalesce(best.attribute, best.target), best.how, best.place, best.position;
$$;

COMMENT ON FUNCTION c360._guess_import_targets(text, text, jsonb) IS
    'What columns of an import probably mean, by their names.';
