-- Rows of an import as they became, for whoever tries one: [{row, code, identifiers, attributes, traits, consents, observed_at}]. Identifiers and
-- attributes are in the form in which they are compared and shown, masked ones hidden; traits are those that no attribute reads. The rows
-- must have been sent to the import; one that was refused has its code alone.
-- Raises: U1423 import_not_found, U4404, U4423

CREATE OR REPLACE FUNCTION c360.import_sample(
    p_tenant     text,
    p_import_id  bigint,
    p_rows       jsonb[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_import  record;
    v_judged  jsonb;
    v_ids     bigint[];
    v_masks   jsonb;
    v_hidden  text[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT
        import.source,
        import.options,
        import.mapping,
        import.started_at
    INTO v_import
    FROM cdp_imports AS import
    WHERE import.import_id = p_import_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no import %', p_import_id
            USING ERRCODE = 'U1423',
                  HINT = 'List the imports with: SELECT * FROM tenant_<tenant>.list_imports()';
    END IF;

    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'row', judged.place,
        'code', judged.code,
        'traits', judged.traits,
        'consents', judged.consents,
        'observed_at', judged.observed_at,
        'raw_profile_id', raw.raw_profile_id
    ) ORDER BY judged.place), '[]')
    INTO v_judged
    FROM c360._judge_import_rows(
        c360._import_projection(p_tenant, v_import.mapping), v_import.source, v_import.options, p_rows[:100], NULL, v_import.started_at
    ) AS judged
    LEFT JOIN cdp_raw_profiles AS raw ON judged.code IS NULL AND raw.content_hash = sha256(convert_to(
        judged.source || chr(31) || judged.identifiers::text || chr(31) || judged.traits::text, 'UTF8'
    ));

    v_ids := ARRAY(SELECT (row.value ->> 'raw_profile_id')::bigint FROM jsonb_array_elements(v_judged) AS row (value) WHERE row.value ->> 'raw_profile_id' IS NOT NULL);
    v_masks := c360._masks(p_tenant);
    v_hidden := c360._masked_identifier_types(p_tenant);
    PERFORM standardise_profiles(v_ids);

    RETURN (
        SELECT coalesce(jsonb_agg(
            jsonb_build_object('row', row.value -> 'row', 'code', row.value -> 'code')
            || CASE
                WHEN row.value ->> 'code' IS NOT NULL THEN '{}'
                ELSE jsonb_build_object(
                    'identifiers', coalesce(known.identifiers, '{}'),
                    'attributes', coalesce(c360._masked_members(said.attributes, v_masks), '{}'),
                    'traits', c360._unread_traits(p_tenant, row.value -> 'traits'),
                    'consents', coalesce(nullif(row.value -> 'consents', 'null'), '[]'),
                    'observed_at', row.value -> 'observed_at'
                )
            END
            ORDER BY (row.value -> 'row')::bigint
        ), '[]')
        FROM jsonb_array_elements(v_judged) AS row (value)
        LEFT JOIN cdp_standard_profiles AS said ON said.raw_profile_id = (row.value ->> 'raw_profile_id')::bigint
        LEFT JOIN (
            SELECT
                listed.raw_profile_id,
                jsonb_object_agg(listed.identifier_type, listed.shown) AS identifiers
            FROM (
                SELECT
                    read.raw_profile_id,
                    read.identifier_type,
                    jsonb_agg(
                        CASE WHEN split_part(read.identifier_type, ':', 1) = ANY (v_hidden) THEN c360.mask_value(read.value) ELSE read.value END
                        ORDER BY read.value
                    ) AS shown
                FROM extract_identifiers(v_ids) AS read
                WHERE read.is_usable
                GROUP BY
                    read.raw_profile_id,
                    read.identifier_type
            ) AS listed
            GROUP BY listed.raw_profile_id
        ) AS known ON known.raw_profile_id = said.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360.import_sample(text, bigint, jsonb[]) IS
    'Rows of an import as they became: identifiers, attributes, traits and consents after cleaning.';
