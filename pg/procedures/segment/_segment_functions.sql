-- The functions in the schema of a tenant that conditions of segments and expressions of traits may call, beside built-in ones: scores of golden
-- records, and the number that a property of an event is. The one list of what their role may execute; nobody else may. Pure.

CREATE OR REPLACE FUNCTION c360._segment_functions()
    RETURNS TABLE (function_name name)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('_clv_of'::name),
        ('_engagement_of'),
        ('_inactivity_of'),
        ('_lead_of'),
        ('event_number');
$$;

COMMENT ON FUNCTION c360._segment_functions() IS
    'Functions of a tenant that conditions of segments and expressions of traits may call.';
