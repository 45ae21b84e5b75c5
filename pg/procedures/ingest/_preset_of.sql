-- The preset that the options of an import ask for; NULL where they ask for none.
-- Raises: U1425 import_options_invalid

CREATE OR REPLACE FUNCTION c360._preset_of(p_options jsonb)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_preset text := lower(nullif(btrim(p_options ->> 'preset'), ''));
    v_known  text[];
BEGIN
    IF v_preset IS NULL OR v_preset = 'none' THEN
        RETURN NULL;
    END IF;

    v_known := ARRAY(SELECT DISTINCT line.preset FROM c360._import_preset_columns() AS line ORDER BY line.preset);
    IF v_preset <> ALL (v_known) THEN
        RAISE EXCEPTION 'there is no preset "%"', left(v_preset, 60)
            USING ERRCODE = 'U1425',
                  HINT = format('There are %s; none switches it off.', array_to_string(v_known, ', '));
    END IF;

    RETURN v_preset;
END;
$$;

COMMENT ON FUNCTION c360._preset_of(jsonb) IS
    'The preset that options of an import ask for.';
