-- A list or object that a text column spells as JSON, as what it means; everything else as it is. Raises nothing.
-- STABLE and without a SET clause: only so the planner inlines it.

CREATE OR REPLACE FUNCTION c360._import_document(p_value jsonb)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) = 'string'
            AND p_value #>> '{}' ~ '^\s*[\[{]'
            AND pg_input_is_valid(p_value #>> '{}', 'jsonb')
            THEN (p_value #>> '{}')::jsonb
        ELSE p_value
    END;
$$;

COMMENT ON FUNCTION c360._import_document(jsonb) IS
    'JSON that was sent as text, taken as JSON.';
