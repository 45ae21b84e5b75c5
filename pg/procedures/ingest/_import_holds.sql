-- Whether an attribute of a data type will take a value; where it does not, the golden record passes the value over. The
-- same conditions as in standard_profiles() of a tenant. p_order: its order of day and month. Raises nothing. STABLE and without a SET clause: only so the
-- planner inlines it.

CREATE OR REPLACE FUNCTION c360._import_holds(
    p_data_type text,
    p_value     jsonb,
    p_order     text
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_value IS NULL OR p_value = '""' THEN true
        -- What nearly all systems send, without the cost of the rest.
        WHEN p_data_type = 'date' AND p_value #>> '{}' LIKE '____-__-__' AND pg_input_is_valid(p_value #>> '{}', 'date')
            AND p_value #>> '{}' BETWEEN '1000-01-01' AND '2200-12-31' THEN true
        WHEN c360.present_text(p_value #>> '{}') IS NULL THEN true
        WHEN jsonb_typeof(p_value) NOT IN ('string', 'number', 'boolean') THEN false
        ELSE CASE p_data_type
            WHEN 'date' THEN c360._day(p_value, p_order) IS NOT NULL
            WHEN 'boolean' THEN pg_input_is_valid(btrim(p_value #>> '{}'), 'boolean')
            WHEN 'integer' THEN c360._typed_value(p_value, 'integer') IS NOT NULL
            WHEN 'bigint' THEN c360._typed_value(p_value, 'bigint') IS NOT NULL
            WHEN 'timestamptz' THEN c360._point_in_time(p_value, p_order) IS NOT NULL
            ELSE p_value #>> '{}' ~ '^\s*[-+]?[0-9.]+([eE][-+]?[0-9]{1,3})?\s*$'
                AND pg_input_is_valid(p_value #>> '{}', 'numeric')
        END
    END;
$$;

COMMENT ON FUNCTION c360._import_holds(text, jsonb, text) IS
    'Whether an attribute can hold a value of an import.';
