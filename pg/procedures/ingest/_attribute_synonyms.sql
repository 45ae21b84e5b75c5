-- What names of traits that no attribute spells mean, as one document for looking up: {name: [attribute, rank]}. Names that
-- are those of imports and mean an attribute. Raises nothing.

CREATE OR REPLACE FUNCTION c360._attribute_synonyms()
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_object_agg(synonym.name, jsonb_build_array(synonym.meaning, 1000000 + synonym.rank))
    FROM c360._import_synonyms() AS synonym
    WHERE synonym.meaning <> 'observed_at'
      AND synonym.meaning NOT LIKE 'identifiers.%';
$$;

COMMENT ON FUNCTION c360._attribute_synonyms() IS
    'Names of traits as other systems call them, and the attributes they mean.';
