-- The part of a schema that a $ref names: "#" or a JSON pointer in it ("#/$defs/price"). Raises U1115 event_schema_invalid for one that leads
-- elsewhere, nowhere, or round in a circle.

CREATE OR REPLACE FUNCTION c360._schema_referred(
    p_reference text,
    p_root      jsonb,
    p_where     text,
    p_depth     integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_steps text[];
    v_found jsonb;
BEGIN
    IF p_reference !~ '^#(/|$)' OR p_depth >= 16 THEN
        PERFORM c360._schema_problem(p_where, format('the reference %s leads outside of the schema or round in a circle', left(p_reference, 80)), 'Refer to definitions of the same schema, such as #/$defs/price; schemas of trees cannot be checked.');
    END IF;

    v_steps := ARRAY(
        SELECT replace(replace(replace(replace(replace(step.text, '%25', '%'), '%22', '"'), '%20', ' '), '~1', '/'), '~0', '~')
        FROM string_to_table(substr(p_reference, 3), '/') WITH ORDINALITY AS step (text, position)
        ORDER BY step.position
    );
    v_found := CASE WHEN p_reference IN ('#', '#/') THEN p_root ELSE p_root #> v_steps END;
    IF v_found IS NULL THEN
        PERFORM c360._schema_problem(p_where, format('the reference %s leads nowhere', left(p_reference, 80)), 'Put the definition under $defs.');
    END IF;
    RETURN v_found;
END;
$$;

COMMENT ON FUNCTION c360._schema_referred(text, jsonb, text, integer) IS
    'The part of a schema that a reference names.';
