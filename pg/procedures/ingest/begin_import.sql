-- Begins an import: checks source, mapping and options, completes the mapping, and answers what the caller needs to send
-- rows: {import_id, preset, proposed_preset, mapping, unmapped, left_out, is_resumed, row_count, position, staging}. proposed_preset: whose
-- export the columns look like, where the options say nothing of presets; left_out: [{column, reason, hint}]. For whole tables there is
-- c360.import_raw_profiles; this is its first step, and that of the command line, which imports files.
--   p_columns: [{"name": ..., "kind": text|number|boolean|date|time|list|document|bytes|any}]
--   p_options: {"key": column, "full_extract": bool, "reject_invalid": bool, "guess": bool, "preset": one of import_presets() or none}
--   p_fingerprint: what a file is known by. An interrupted import of the same file, source, mapping and options goes on
--     after row_count; its session claims it until it ends, so that two do not meet. NULL: not a file.
-- Raises: U1006 source_invalid, U1421 import_mapping_invalid, U1422 import_column_unfit, U1424 import_busy,
--         U1425 import_options_invalid, U4404, U4423, U4424

CREATE OR REPLACE FUNCTION c360.begin_import(
    p_tenant       text,
    p_source       text,
    p_name         text,
    p_columns      jsonb,
    p_mapping      jsonb DEFAULT NULL,
    p_options      jsonb DEFAULT '{}',
    p_fingerprint  text DEFAULT NULL,
    p_at           timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_preset     text := c360._preset_of(p_options);
    v_mapping    jsonb;
    v_left_out   jsonb;
    v_options    jsonb;
    v_import_id  bigint;
    v_rows       bigint := 0;
    v_position   bigint := 0;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF p_source IS NULL OR p_source !~ '^[a-z0-9][a-z0-9_.-]{0,59}$' THEN
        RAISE EXCEPTION 'source "%" is not a valid name', p_source
            USING ERRCODE = 'U1006',
                  HINT = 'Use up to 60 small letters, digits, _, . and -.';
    END IF;

    v_mapping := c360._import_mapping(
        p_tenant, p_source, v_preset, p_columns, p_mapping, p_options ->> 'key', coalesce((p_options ->> 'guess')::boolean, true)
    );
    v_options := c360._import_options(p_tenant, p_source, v_mapping, p_options) || c360._guessed_time(p_tenant, v_mapping, p_mapping);

    SELECT
        import.import_id,
        import.row_count,
        import.position
    INTO
        v_import_id,
        v_rows,
        v_position
    FROM cdp_imports AS import
    WHERE import.source = p_source
      AND import.status = 'running'
      AND import.fingerprint = p_fingerprint
      AND import.mapping = v_mapping
      AND import.options = v_options
    ORDER BY import.import_id DESC
    LIMIT 1;

    PERFORM c360._abandon_imports(
        p_tenant, p_source, v_import_id, c360._checked_time('p_at', p_at, p_until => now() + interval '1 day')
    );

    IF v_import_id IS NULL THEN
        INSERT INTO cdp_imports AS import (source, name, fingerprint, mapping, options, started_at, started_by)
        VALUES (p_source, p_name, p_fingerprint, v_mapping, v_options, p_at, c360._actor())
        RETURNING import.import_id
        INTO v_import_id;
    END IF;

    IF p_fingerprint IS NOT NULL AND NOT c360._claim_import(p_tenant, v_import_id) THEN
        RAISE EXCEPTION 'import % is running in another session', v_import_id
            USING ERRCODE = 'U1424',
                  HINT = 'Wait until it has ended.';
    END IF;

    v_left_out := c360._import_left_out(p_tenant, p_source, v_preset, p_columns, coalesce(nullif(p_mapping, 'null'), '{}'), v_mapping);

    RETURN jsonb_build_object(
        'import_id', v_import_id,
        'preset', v_preset,
        'proposed_preset', CASE WHEN NOT coalesce(p_options, '{}') ? 'preset' THEN c360._detect_preset(p_columns) END,
        'mapping', v_mapping,
        'unmapped', (SELECT coalesce(jsonb_agg(item.value -> 'column' ORDER BY item.place), '[]') FROM jsonb_array_elements(v_left_out) WITH ORDINALITY AS item (value, place)),
        'left_out', v_left_out,
        'is_resumed', coalesce(v_position, 0) > 0,
        'row_count', coalesce(v_rows, 0),
        'position', coalesce(v_position, 0),
        'staging', CASE WHEN p_fingerprint IS NOT NULL THEN c360._open_import_staging(p_tenant, v_import_id) END
    );
END;
$$;

COMMENT ON FUNCTION c360.begin_import(text, text, text, jsonb, jsonb, jsonb, text, timestamptz) IS
    'Begins or continues an import; answers its number, the whole mapping and where to go on.';
