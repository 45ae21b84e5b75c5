-- Checks the options of an import and leaves those that say something: key, full_extract, reject_invalid, preset.
-- A key is unique in its system alone: rows of two shops that nobody named would become versions of one record, and strangers one person.
-- Raises: U1425 import_options_invalid

CREATE OR REPLACE FUNCTION c360._import_options(p_tenant text, p_source text, p_mapping jsonb, p_options jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_key      text;
    v_options  jsonb;
    v_fault    text;
    v_is_one   boolean;
BEGIN
    SELECT pair.column_name
    INTO v_key
    FROM c360._import_pairs(p_mapping) AS pair
    WHERE pair.target = 'key';

    SELECT coalesce(jsonb_object_agg(item.key, item.value), '{}')
        || CASE WHEN v_key IS NULL THEN '{}' ELSE jsonb_build_object('key', v_key) END
        || jsonb_strip_nulls(jsonb_build_object('preset', c360._preset_of(p_options)))
    INTO v_options
    FROM jsonb_each(coalesce(p_options, '{}')) AS item
    WHERE item.value = 'true'
      AND item.key <> 'guess';

    v_is_one := NOT EXISTS (SELECT FROM c360._import_pairs(p_mapping) AS pair WHERE pair.target = 'source');

    IF v_key IS NOT NULL AND v_is_one AND p_source = 'import' THEN
        RAISE EXCEPTION 'column "%" is a key, but of which system?', v_key
            USING ERRCODE = 'U1425',
                  HINT = 'Numbers are unique in one system alone. Name it, the same each time: --source shop-hue, p_source => ''shop-hue''.';
    END IF;

    v_fault := CASE
        WHEN p_options - ARRAY['key', 'full_extract', 'reject_invalid', 'guess', 'preset'] <> '{}'
            THEN 'there are the options key, full_extract, reject_invalid, guess and preset'
        WHEN v_options ? 'full_extract' AND v_key IS NULL
            THEN 'full_extract needs a key, to tell which records are missing'
        WHEN v_options ? 'full_extract' AND NOT v_is_one
            THEN 'full_extract needs all rows to be of one source, but a column names it'
        WHEN v_key IS NOT NULL AND NOT EXISTS (
            SELECT
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = p_tenant
              AND kind.identifier_type = 'record_id'
              AND kind.is_matched
        ) THEN 'a key needs the identifier type record_id, which holds the versions of a record together'
    END;

    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'the options of the import cannot be used: %', v_fault
            USING ERRCODE = 'U1425';
    END IF;

    RETURN v_options;
END;
$$;

COMMENT ON FUNCTION c360._import_options(text, text, jsonb, jsonb) IS
    'The options of an import, checked.';
