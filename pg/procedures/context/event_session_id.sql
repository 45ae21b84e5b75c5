-- The session that the client says an event belongs to: context.sessionId of our SDK and RudderStack, and where Segment's
-- and Google's clients put theirs. NULL when none says so, or not as text or number. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360.event_session_id(p_event jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT left(said.id, 200)
    FROM (
        VALUES
            (1, p_event #> '{context,sessionId}'),
            (2, p_event #> '{context,session_id}'),
            (3, p_event #> '{context,session,id}'),
            (4, p_event #> '{context,ga_session_id}'),
            (5, p_event #> '{properties,ga_session_id}'),
            (6, p_event #> '{integrations,Google Analytics 4,sessionId}'),
            (7, p_event #> '{integrations,Actions Amplitude,session_id}')
    ) AS place (rank, value)
    CROSS JOIN LATERAL (SELECT nullif(btrim(place.value #>> '{}'), '') AS id) AS said
    WHERE jsonb_typeof(place.value) IN ('string', 'number')
      AND said.id NOT IN ('', '0', '-1')
    ORDER BY place.rank
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360.event_session_id(jsonb) IS
    'The session that a client says an event belongs to.';
