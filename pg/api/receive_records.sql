-- What the gateway calls for streams of Firehose, and what takes in a queue calls: authenticates the key and ingests records, in order, in one
-- transaction. Each record is one event, a list of events, {"batch": [...]}, or lines of these; what cannot be read is rejected and kept.
-- p_ids: what names each record again when it is sent again; an event without messageId gets it from there.
-- Answers {success, accepted, duplicates, rejected}; the index of a rejected one counts events of all records.
-- Raises: U1003 body_too_large, U1012 parameter_missing, U1401 key_unknown, U1403 origin_forbidden, U1414 key_of_agent,
--         U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360_v1.receive_records(
    p_key_hash  bytea,
    p_ids       text[],
    p_records   text[],
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_most_bytes  CONSTANT bigint := 4 * 1024 * 1024;
    v_bytes       bigint;
    v_schema      text;
    v_tenant      text;
    v_source      text;
    v_kind        text;
    v_outcome     record;
BEGIN
    SELECT key.tenant, key.source, key.kind
    INTO v_tenant, v_source, v_kind
    FROM c360._authenticate_key(p_key_hash, p_origin) AS key;
    PERFORM c360._check_key_may(v_kind, 'send');

    SELECT sum(octet_length(record.text))
    INTO v_bytes
    FROM unnest(p_records) AS record (text);

    IF v_bytes > c_most_bytes THEN
        RAISE EXCEPTION 'the records have % bytes', v_bytes
            USING ERRCODE = 'U1003',
                  DETAIL = 'At most 4 MB of records fit into one call.',
                  HINT = 'Send fewer records at a time.';
    END IF;
    IF cardinality(p_ids) IS DISTINCT FROM cardinality(p_records)
        OR array_position(p_ids, NULL) IS NOT NULL
        OR array_position(p_records, NULL) IS NOT NULL
    THEN
        RAISE EXCEPTION 'each record needs an id and a text'
            USING ERRCODE = 'U1012';
    END IF;

    v_schema := c360._check_tenant(v_tenant, 'write');

    EXECUTE format('SELECT * FROM %I._ingest_events($1, $2, $3, $4)', v_schema)
    USING
        v_tenant,
        v_source,
        ARRAY(
            SELECT ROW(
                1,
                row_number() OVER (ORDER BY record.position, event.place) - 1,
                event.event,
                event.unstorable,
                event.envelope,
                event.type,
                event.is_import
            )::c360.sent_event
            FROM unnest(p_ids, p_records) WITH ORDINALITY AS record (id, text, position)
            CROSS JOIN LATERAL c360._unpack_record(record.id, record.text)
                WITH ORDINALITY AS event (request, index, event, unstorable, envelope, type, is_import, place)
            ORDER BY
                record.position,
                event.place
        ),
        now()
    INTO v_outcome;

    RETURN c360._outcome('batch', v_outcome.accepted, v_outcome.duplicates, v_outcome.implausible, v_outcome.rejected);
END;
$$;

COMMENT ON FUNCTION c360_v1.receive_records(bytea, text[], text[], text) IS
    'Authenticates an API key by its SHA-256 and ingests records of a stream or queue with it, in order.';
