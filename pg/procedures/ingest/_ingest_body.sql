-- Ingests a request body for a tenant whose path is set: the common way of SQL and HTTP.
-- p_type: the endpoint: one of the six event types, batch or import; NULL takes any of them.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1004 batch_too_long, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._ingest_body(
    p_tenant       text,
    p_source       text,
    p_type         text,
    p_body         text,
    p_received_at  timestamptz,
    p_most_events  integer DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_events      jsonb[];
    v_unstorable  text[];
    v_envelope    jsonb;
BEGIN
    SELECT body.events, body.unstorable, body.envelope
    INTO v_events, v_unstorable, v_envelope
    FROM c360._unpack_body(p_type, p_body) AS body;

    IF cardinality(v_events) > p_most_events THEN
        RAISE EXCEPTION 'the batch holds % events', cardinality(v_events)
            USING ERRCODE = 'U1004',
                  DETAIL = format('At most %s fit into one request.', p_most_events),
                  HINT = 'Split the batch.';
    END IF;

    RETURN c360._record_events(
        p_tenant,
        p_source,
        v_events,
        p_received_at,
        v_unstorable,
        v_envelope,
        CASE WHEN p_type NOT IN ('batch', 'import') THEN p_type END,
        coalesce(p_type = 'import', false)
    );
END;
$$;

COMMENT ON FUNCTION c360._ingest_body(text, text, text, text, timestamptz, integer) IS
    'Takes a request body apart and records its events.';
