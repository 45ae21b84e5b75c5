-- The type that every event sent to an endpoint has; NULL for batch and import, where each event says its own, for consent,
-- of which c360._consent_event() makes an event, and for SQL.

CREATE OR REPLACE FUNCTION c360._type_of_endpoint(p_endpoint text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN p_endpoint NOT IN ('batch', 'import', 'consent') THEN p_endpoint END;
$$;

COMMENT ON FUNCTION c360._type_of_endpoint(text) IS
    'identify, track, page, screen, group or alias for the endpoint of that name, otherwise NULL.';
