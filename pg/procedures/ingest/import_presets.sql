-- The presets of imports and what they make of columns, in the order in which columns are preferred. Names count without case, blanks and
-- punctuation; one that begins with ~ is a regular expression whose group stands for \1, one with @ a column that must be there too. p_preset NULL: all. Targets are those of a mapping;
-- id is a crm_id of the source where a source is named, consent.<way> a purpose of the tenant, not_taken and secret nothing.
-- Raises: U1425 import_options_invalid, U4404

CREATE OR REPLACE FUNCTION c360.import_presets(p_tenant text, p_preset text DEFAULT NULL)
    RETURNS TABLE (preset text, place bigint, column_names text[], target text, otherwise text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_preset text := c360._preset_of(jsonb_build_object('preset', p_preset));
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        line.preset,
        line.place,
        line.names,
        line.target,
        line.otherwise
    FROM c360._import_preset_columns() AS line
    WHERE v_preset IS NULL
       OR line.preset = v_preset
    ORDER BY
        line.preset,
        line.place;
END;
$$;

COMMENT ON FUNCTION c360.import_presets(text, text) IS
    'Presets of imports: the columns of exports of known systems and what they mean.';
