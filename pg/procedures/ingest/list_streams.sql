-- How far topics of Kafka are read, partition by partition. Reads only.
-- Raises: U4404 of the tenant

CREATE OR REPLACE FUNCTION c360.list_streams(p_tenant text)
    RETURNS TABLE (
        source        text,
        topic         text,
        partition     integer,
        next_offset   bigint,
        record_count  bigint,
        read_at       timestamptz,
        lost_count    bigint,
        lost_at       timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.source,
        known.topic,
        known.partition,
        known.next_offset,
        known.record_count,
        known.read_at,
        known.lost_count,
        known.lost_at
    FROM cdp_stream_offsets AS known
    ORDER BY
        known.source,
        known.topic,
        known.partition;
END;
$$;

COMMENT ON FUNCTION c360.list_streams(text) IS
    'How far topics of Kafka are read into the tenant, and what they kept no longer.';
