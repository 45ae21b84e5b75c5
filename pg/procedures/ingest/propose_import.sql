-- How an import would understand columns, without beginning one: {preset, is_detected, mapping, unmapped, left_out: [{column, reason, hint}]}.
-- Where the options name no preset, the one the header tells is taken, so that it can be shown before somebody agrees to it.
-- Arguments as those of begin_import().
-- Raises: U1421 import_mapping_invalid, U1422 import_column_unfit, U1425 import_options_invalid, U4404, U4423

CREATE OR REPLACE FUNCTION c360.propose_import(
    p_tenant   text,
    p_source   text,
    p_columns  jsonb,
    p_mapping  jsonb DEFAULT NULL,
    p_options  jsonb DEFAULT '{}'
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_stated   text := c360._preset_of(p_options);
    v_found    text;
    v_mapping  jsonb;
    v_left_out jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF NOT coalesce(p_options, '{}') ? 'preset' THEN
        v_found := c360._detect_preset(p_columns);
    END IF;
    v_mapping := c360._import_mapping(
        p_tenant, p_source, coalesce(v_stated, v_found), p_columns, p_mapping, p_options ->> 'key', coalesce((p_options ->> 'guess')::boolean, true)
    );
    v_left_out := c360._import_left_out(p_tenant, p_source, coalesce(v_stated, v_found), p_columns, coalesce(nullif(p_mapping, 'null'), '{}'), v_mapping);

    RETURN jsonb_build_object(
        'preset', coalesce(v_stated, v_found),
        'is_detected', v_found IS NOT NULL,
        'mapping', v_mapping,
        'unmapped', (SELECT coalesce(jsonb_agg(item.value -> 'column' ORDER BY item.place), '[]') FROM jsonb_array_elements(v_left_out) WITH ORDINALITY AS item (value, place)),
        'left_out', v_left_out
    );
END;
$$;

COMMENT ON FUNCTION c360.propose_import(text, text, jsonb, jsonb, jsonb) IS
    'How an import would understand columns, with the preset their names tell.';
