-- Has a topic of Kafka read from other offsets: {"0": 17, ...}, partition by partition; of this incarnation from now on. What is read again
-- counts as duplicates, as far as events have a messageId or the topic is the same one. Whoever is reading it is refused with its next batch and
-- goes there. Safe to repeat. Answers how many partitions.
-- Raises: U4404 and U4423 of the tenant, U1006 source_invalid

CREATE OR REPLACE FUNCTION c360.seek_stream(
    p_tenant       text,
    p_source       text,
    p_topic        text,
    p_incarnation  text,
    p_offsets      jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_source(p_source);

    INSERT INTO cdp_stream_offsets AS known (source, topic, partition, next_offset, incarnation)
    SELECT
        p_source,
        p_topic,
        said.key::integer,
        said.value::bigint,
        p_incarnation
    FROM jsonb_each_text(p_offsets) AS said
    ORDER BY said.key::integer
    ON CONFLICT ON CONSTRAINT cdp_stream_offsets_pkey DO UPDATE
    SET next_offset = excluded.next_offset,
        incarnation = excluded.incarnation;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    -- Partitions that the new topic has no more.
    DELETE FROM cdp_stream_offsets AS known
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND NOT p_offsets ? known.partition::text;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.seek_stream(text, text, text, text, jsonb) IS
    'Has a topic of Kafka read from other offsets.';
