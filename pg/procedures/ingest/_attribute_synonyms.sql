-- What names of traits that no attribute spells mean, as one document for looking up: {name: [attribute, rank, kind of document]}.
-- Names that are those of imports and mean an attribute or a document; and numbers of tax payers, which a column of a file may well
-- have for companies. Raises nothing.

CREATE OR REPLACE FUNCTION c360._attribute_synonyms()
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_object_agg(synonym.name, jsonb_build_array(synonym.meaning, 1000000 + synonym.rank, synonym.kind))
    FROM (
        SELECT
            told.name,
            CASE WHEN told.meaning LIKE 'identifiers.%' THEN 'national_ids' ELSE told.meaning END AS meaning,
            told.rank,
            nullif(split_part(told.meaning, ':', 2), '') AS kind
        FROM c360._import_synonyms() AS told
        WHERE told.meaning <> 'observed_at'
          AND (told.meaning NOT LIKE 'identifiers.%' OR split_part(told.meaning, ':', 1) = 'identifiers.national_id')
        UNION ALL
        VALUES
            ('taxid', 'national_ids', 1, 'tax'),
            ('taxnumber', 'national_ids', 2, 'tax'),
            ('taxno', 'national_ids', 3, 'tax'),
            ('taxpayerid', 'national_ids', 4, 'tax')
    ) AS synonym;
$$;

COMMENT ON FUNCTION c360._attribute_synonyms() IS
    'Names of traits as other systems call them, and the attributes they mean.';
