-- Ingests records of a topic of Kafka, in order, and moves its offsets, in one transaction: each record counts once, however often processes are
-- killed. p_claim is {"from": {"0": 17}, "to": {"0": 42}}: where the process believes its partitions stand, and where they go on. When one stands
-- elsewhere nothing is written: somebody else reads it now, or it was read already.
-- A record is one event, a list of events, {"batch": [...]}, or lines of these; what cannot be read is rejected and kept. An event without
-- messageId gets one from the topic, the partition and the offset.
-- Answers {accepted, duplicates, rejected}, counts.
-- Raises: U4404 and U4423 of the tenant, U1006 source_invalid, U1021 stream_moved

CREATE OR REPLACE FUNCTION c360.ingest_stream(
    p_tenant      text,
    p_source      text,
    p_topic       text,
    p_claim       jsonb,
    p_partitions  integer[],
    p_offsets     bigint[],
    p_records     text[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema       text := c360._check_tenant(p_tenant, 'write');
    v_incarnation  text;
    v_moved        record;
    v_outcome      record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_source(p_source);

    PERFORM
    FROM cdp_stream_offsets AS known
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND p_claim -> 'from' ? known.partition::text
    ORDER BY known.partition
    FOR NO KEY UPDATE;

    SELECT
        said.key AS partition,
        said.value AS claimed,
        known.next_offset
    INTO v_moved
    FROM jsonb_each_text(p_claim -> 'from') AS said
    LEFT JOIN cdp_stream_offsets AS known
        ON known.source = p_source
        AND known.topic = p_topic
        AND known.partition = said.key::integer
    WHERE known.next_offset IS DISTINCT FROM said.value::bigint
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'partition % of "%" does not stand at offset %', v_moved.partition, p_topic, v_moved.claimed
            USING ERRCODE = 'U1021',
                  DETAIL = format('It stands at %s.', coalesce(v_moved.next_offset::text, 'none: nobody has begun to read it')),
                  HINT = 'Somebody else reads it: begin_stream() says where it goes on.';
    END IF;

    SELECT max(known.incarnation)
    INTO v_incarnation
    FROM cdp_stream_offsets AS known
    WHERE known.source = p_source
      AND known.topic = p_topic;

    EXECUTE format('SELECT * FROM %I._ingest_events($1, $2, $3, $4)', v_schema)
    USING
        p_tenant,
        p_source,
        ARRAY(
            SELECT ROW(
                1,
                row_number() OVER (ORDER BY record.number, event.place) - 1,
                event.event,
                event.unstorable,
                event.envelope,
                event.type,
                event.is_import
            )::c360.sent_event
            FROM unnest(p_partitions, p_offsets, p_records) WITH ORDINALITY AS record (partition, kept_offset, text, number)
            CROSS JOIN LATERAL c360._unpack_record(
                format('%s-%s-%s', coalesce(v_incarnation, p_topic), record.partition, record.kept_offset),
                record.text
            ) WITH ORDINALITY AS event (request, index, event, unstorable, envelope, type, is_import, place)
            ORDER BY
                record.number,
                event.place
        ),
        now()
    INTO v_outcome;

    UPDATE cdp_stream_offsets AS known
    SET next_offset = said.value::bigint,
        record_count = known.record_count + (SELECT count(*) FROM unnest(p_partitions) AS taken (partition) WHERE taken.partition = known.partition),
        read_at = clock_timestamp()
    FROM jsonb_each_text(p_claim -> 'to') AS said
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND known.partition = said.key::integer;

    RETURN jsonb_build_object(
        'accepted', v_outcome.accepted,
        'duplicates', v_outcome.duplicates,
        'rejected', coalesce(jsonb_array_length(v_outcome.rejected), 0)
    );
END;
$$;

COMMENT ON FUNCTION c360.ingest_stream(text, text, text, jsonb, integer[], bigint[], text[]) IS
    'Ingests records of a topic of Kafka and moves its offsets in the same transaction, each once.';
