-- Imports the rows of a table or view as observations: extracts of a CRM or ERP come in by SQL alone. Runs with the
-- rights of the caller, who must be able to read the columns and to write in the tenant; reads nothing on anybody's
-- behalf. People call it in the schema of their tenant. Safe to repeat: what is imported already makes no difference, with a key only changed rows make observations.
--   p_schema: the schema of the tenant, whose functions take the rows.
--   p_mapping: {"column": "target"}; targets are trait paths and identifier types (scope after a colon), traits.<path>,
--     key, observed_at, source, ignore; a list for several. Columns it does not mention are guessed, see p_guess.
--   p_key: the column that names a record in its system; the versions of a record are one person (identifier record_id).
--   p_full_extract: records of the source that are not in the table are marked gone, see import_records().
--   p_reject_invalid: refuse rows with a value its attribute cannot hold; otherwise the observation keeps it and the
--     golden record passes it over.
--   p_preset: the system the table was exported from, see import_presets(); its columns are then understood as a whole.
--   p_dry_run: do everything, answer with a sample of ten rows as they would be, and undo it.
-- Answers {import_id, preset, proposed_preset, mapping, unmapped, left_out, rows, new, changed, unchanged, rejected, observations, gone, unusable,
-- first_rejects}; the refused rows are in import_rejects().
-- Raises: U1006 source_invalid, U1420 import_of_other_tenant, U1421 import_mapping_invalid, U1422 import_column_unfit,
--         U1425 import_options_invalid, U4404, U4423

CREATE OR REPLACE FUNCTION c360.import_raw_profiles(
    p_schema          name,
    p_table           regclass,
    p_mapping         jsonb DEFAULT NULL,
    p_source          text DEFAULT 'import',
    p_key             text DEFAULT NULL,
    p_full_extract    boolean DEFAULT false,
    p_dry_run         boolean DEFAULT false,
    p_guess           boolean DEFAULT true,
    p_reject_invalid  boolean DEFAULT false,
    p_at              timestamptz DEFAULT now(),
    p_preset          text DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET intervalstyle = 'iso_8601'
    SET extra_float_digits = 1
    SET synchronize_seqscans = off
AS $$
DECLARE
    v_take       text := format('SELECT %I.import_rows($1, $2, $3)', p_schema);
    v_columns    jsonb;
    v_begun      jsonb;
    v_import_id  bigint;
    v_row        jsonb;
    v_rows       jsonb[] := '{}';
    v_count      integer := 0;
    v_bytes      bigint := 0;
    v_first      bigint := 1;
    v_few        jsonb[] := '{}';
    v_sample     jsonb;
    v_summary    jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'name', attribute.attname,
        'kind', CASE
            WHEN kind.typcategory = 'A' THEN 'list'
            WHEN kind.typcategory = 'B' THEN 'boolean'
            WHEN kind.typcategory = 'N' THEN 'number'
            WHEN kind.typcategory = 'C' OR kind.oid IN ('json'::regtype, 'jsonb'::regtype) THEN 'document'
            WHEN kind.oid = 'date'::regtype THEN 'date'
            WHEN kind.oid IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN 'time'
            WHEN kind.oid = 'bytea'::regtype THEN 'bytes'
            ELSE 'text'
        END
    ) ORDER BY attribute.attnum), '[]')
    INTO v_columns
    FROM pg_attribute AS attribute
    JOIN pg_type AS own ON own.oid = attribute.atttypid
    JOIN pg_type AS kind ON kind.oid = coalesce(nullif(own.typbasetype, 0), own.oid)
    WHERE attribute.attrelid = p_table
      AND attribute.attnum > 0
      AND NOT attribute.attisdropped;

    BEGIN
        EXECUTE format('SELECT %I.begin_import($1, $2, $3, $4, $5, NULL, $6)', p_schema)
        USING
            p_source,
            p_table::text,
            v_columns,
            p_mapping,
            jsonb_strip_nulls(jsonb_build_object(
                'key', p_key, 'full_extract', p_full_extract, 'guess', p_guess, 'reject_invalid', p_reject_invalid, 'preset', p_preset
            )),
            p_at
        INTO v_begun;
        v_import_id := v_begun ->> 'import_id';

        IF EXISTS (
            SELECT
            FROM pg_class AS relation
            JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
            WHERE relation.oid = p_table
              AND schema.nspname LIKE 'tenant\_%'
              AND schema.nspname <> p_schema
              AND EXISTS (
                SELECT
                FROM pg_class AS raw
                WHERE raw.relnamespace = schema.oid
                  AND raw.relname = 'cdp_raw_profiles'
            )
        ) THEN
            RAISE EXCEPTION 'table % belongs to another tenant', p_table
                USING ERRCODE = 'U1420',
                      HINT = 'Tenants do not share customers. Import from a schema of your own.';
        END IF;

        FOR v_row IN EXECUTE (
            SELECT format('SELECT to_jsonb(item.*) FROM (SELECT %s FROM %s) AS item', string_agg(quote_ident(own.value ->> 'name'), ', '), p_table)
            FROM jsonb_array_elements(v_columns) AS own (value)
            WHERE NOT (v_begun -> 'unmapped') ? (own.value ->> 'name')
        ) LOOP
            v_count := v_count + 1;
            v_bytes := v_bytes + pg_column_size(v_row);
            v_rows[v_count] := v_row;
            IF p_dry_run AND cardinality(v_few) < 10 THEN
                v_few := v_few || v_row;
            END IF;

            IF v_count = 20000 OR v_bytes > 32000000 THEN
                EXECUTE v_take USING v_import_id, v_first, v_rows;
                v_first := v_first + v_count;
                v_count := 0;
                v_bytes := 0;
                v_rows := '{}';
            END IF;
        END LOOP;

        IF v_count > 0 THEN
            EXECUTE v_take USING v_import_id, v_first, v_rows;
        END IF;

        EXECUTE format('SELECT %I.finish_import($1, $2)', p_schema)
        USING v_import_id, p_at
        INTO v_summary;
        v_summary := v_summary || jsonb_build_object(
            'proposed_preset', v_begun -> 'proposed_preset', 'unmapped', v_begun -> 'unmapped', 'left_out', v_begun -> 'left_out'
        );

        IF p_dry_run THEN
            EXECUTE format('SELECT %I.import_sample($1, $2)', p_schema)
            USING v_import_id, v_few
            INTO v_sample;
            v_summary := v_summary || jsonb_build_object('sample', v_sample);
            RAISE EXCEPTION 'dry run'
                USING ERRCODE = 'C3600';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'C3600' THEN
            v_summary := v_summary || '{"import_id": null, "status": "dry run"}';
    END;

    RETURN v_summary;
END;
$$;

COMMENT ON FUNCTION c360.import_raw_profiles(name, regclass, jsonb, text, text, boolean, boolean, boolean, boolean, timestamptz, text) IS
    'Imports the rows of a table or view as observations, read with the rights of the caller; answers the mapping and the counts.';
