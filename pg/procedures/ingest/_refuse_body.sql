-- Says what a body should have looked like.
-- Raises: U1002 body_not_events

CREATE OR REPLACE FUNCTION c360._refuse_body(p_type text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the body is not shaped as events'
        USING ERRCODE = 'U1002',
              HINT = CASE
                  WHEN p_type NOT IN ('batch', 'import') THEN 'Send one JSON object.'
                  ELSE 'Send {"batch": [...]} or an array of events.'
              END;
END;
$$;

COMMENT ON FUNCTION c360._refuse_body(text) IS
    'Refuses a body that is JSON but neither an event nor a list of events.';
