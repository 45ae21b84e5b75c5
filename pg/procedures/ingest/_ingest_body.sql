-- Ingests the body of an HTTP request, of one tenant that was checked and whose schema this is.
-- p_type: the endpoint: one of the six event types, batch or import.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1004 batch_too_long, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._ingest_body(
    p_schema       text,
    p_source       text,
    p_type         text,
    p_body         text,
    p_received_at  timestamptz,
    p_most_events  integer DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_events   c360.sent_event[] := c360._unpack_body(p_type, p_body);
    v_outcome  record;
BEGIN
    IF cardinality(v_events) > p_most_events THEN
        RAISE EXCEPTION 'the batch holds % events', cardinality(v_events)
            USING ERRCODE = 'U1004',
                  DETAIL = format('At most %s fit into one request.', p_most_events),
                  HINT = 'Split the batch.';
    END IF;

    EXECUTE format('SELECT * FROM %I._ingest_events($1, $2, $3, $4)', p_schema)
    USING substring(p_schema FROM '^tenant_(.*)$'), p_source, v_events, p_received_at
    INTO v_outcome;

    RETURN c360._outcome(p_type, v_outcome.accepted, v_outcome.duplicates, v_outcome.implausible, v_outcome.rejected);
END;
$$;

COMMENT ON FUNCTION c360._ingest_body(text, text, text, text, timestamptz, integer) IS
    'Takes a request body apart and records its events.';
