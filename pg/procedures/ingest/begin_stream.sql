-- Tells a process that reads a topic of Kafka where each of its partitions goes on. p_partitions is {"0": {"low", "high", "start"}, ...}: the
-- offsets that the topic has, and where to begin a partition that was never read. Safe to repeat.
-- What the topic keeps no longer is counted in lost_count and passed over; a topic that was made anew is refused, because its offsets mean
-- something else: see seek_stream().
-- Raises: U4404 and U4423 of the tenant, U1006 source_invalid, U1022 stream_begins_anew

CREATE OR REPLACE FUNCTION c360.begin_stream(
    p_tenant       text,
    p_source       text,
    p_topic        text,
    p_incarnation  text,
    p_partitions   jsonb
)
    RETURNS TABLE (partition integer, next_offset bigint)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_anew record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_source(p_source);

    INSERT INTO cdp_stream_offsets (source, topic, partition, next_offset, incarnation)
    SELECT
        p_source,
        p_topic,
        said.key::integer,
        (said.value ->> 'start')::bigint,
        p_incarnation
    FROM jsonb_each(p_partitions) AS said
    ORDER BY said.key::integer
    ON CONFLICT ON CONSTRAINT cdp_stream_offsets_pkey DO NOTHING;

    SELECT
        known.partition,
        known.next_offset,
        said.value ->> 'high' AS high
    INTO v_anew
    FROM cdp_stream_offsets AS known
    JOIN jsonb_each(p_partitions) AS said ON said.key::integer = known.partition
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND (known.incarnation <> p_incarnation OR known.next_offset > (said.value ->> 'high')::bigint)
    ORDER BY known.partition
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'topic "%" was made anew since it was read', p_topic
            USING ERRCODE = 'U1022',
                  DETAIL = format('Partition %s was read to offset %s and ends at %s.', v_anew.partition, v_anew.next_offset, v_anew.high),
                  HINT = format('c360 kafka consume %s %s --source %s --from beginning reads the new one.', p_tenant, p_topic, p_source);
    END IF;

    UPDATE cdp_stream_offsets AS known
    SET next_offset = (said.value ->> 'low')::bigint,
        lost_count = known.lost_count + (said.value ->> 'low')::bigint - known.next_offset,
        lost_at = clock_timestamp()
    FROM jsonb_each(p_partitions) AS said
    WHERE said.key::integer = known.partition
      AND known.source = p_source
      AND known.topic = p_topic
      AND known.next_offset < (said.value ->> 'low')::bigint;

    UPDATE cdp_stream_offsets AS known
    SET incarnation = p_incarnation
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND known.incarnation IS NULL
      AND p_incarnation IS NOT NULL;

    RETURN QUERY
    SELECT
        known.partition,
        known.next_offset
    FROM cdp_stream_offsets AS known
    WHERE known.source = p_source
      AND known.topic = p_topic
      AND p_partitions ? known.partition::text
    ORDER BY known.partition;
END;
$$;

COMMENT ON FUNCTION c360.begin_stream(text, text, text, text, jsonb) IS
    'Where a process that reads a topic of Kafka goes on in each partition.';
