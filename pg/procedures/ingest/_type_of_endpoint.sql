-- The type that every event sent to an endpoint has; NULL for batch and import, where each event says its own, and for SQL.

CREATE OR REPLACE FUNCTION c360._type_of_endpoint(p_endpoint text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN p_endpoint NOT IN ('batch', 'import') THEN p_endpoint END;
$$;

COMMENT ON FUNCTION c360._type_of_endpoint(text) IS
    'identify, track, page, screen, group or alias for the endpoint of that name, otherwise NULL.';
