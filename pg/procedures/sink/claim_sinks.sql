-- What a process has to send: keeps the leases it has, takes up to p_limit of those that nobody holds, the longest waiting first, and answers
-- all that it holds now, with the last position there is. A process that dies loses its leases after p_lease; one that was only away
-- is refused by its outdated token. Tenants that are suspended are left alone.
-- Raises: U5003 cluster_changed, U5440 sink_not_found

CREATE OR REPLACE FUNCTION c360.claim_sinks(
    p_sink  text,
    p_owner text,
    p_limit integer,
    p_lease interval DEFAULT interval '15 seconds'
)
    RETURNS TABLE (
        sink_id        bigint,
        token          bigint,
        tenant         text,
        topic          text,
        done_position  bigint,
        last_position  bigint,
        has_due        boolean,
        place          jsonb
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._check_sink(p_sink);
    PERFORM c360.check_cluster();

    UPDATE c360.sinks AS held
    SET lease_until = clock_timestamp() + p_lease
    WHERE held.sink = p_sink
      AND held.owner = p_owner
      AND held.lease_until > clock_timestamp()
      AND held.lease_until < clock_timestamp() + p_lease * 0.6;

    UPDATE c360.sinks AS taken
    SET owner = p_owner,
        token = taken.token + 1,
        lease_until = clock_timestamp() + p_lease
    WHERE taken.sink_id IN (
        SELECT free.sink_id
        FROM c360.sinks AS free
        JOIN c360.tenants AS tenant ON tenant.tenant = free.tenant
        WHERE free.sink = p_sink
          AND free.lease_until <= clock_timestamp()
          AND tenant.status = 'active'
        ORDER BY
            free.lease_until,
            free.sink_id
        LIMIT p_limit
        FOR NO KEY UPDATE OF free SKIP LOCKED
    );

    RETURN QUERY
    SELECT
        mine.sink_id,
        mine.token,
        mine.tenant,
        mine.topic,
        consumer.done_position,
        c360._last_position(consumer.feed_id),
        EXISTS (SELECT FROM c360.sink_refusals AS refusal WHERE refusal.sink_id = mine.sink_id AND refusal.is_due),
        mine.place
    FROM c360.sinks AS mine
    JOIN c360.topic_consumers AS consumer
        ON consumer.tenant = mine.tenant
        AND consumer.topic = mine.topic
        AND consumer.consumer = mine.sink
    JOIN c360.tenants AS tenant ON tenant.tenant = mine.tenant
    WHERE mine.sink = p_sink
      AND mine.owner = p_owner
      AND mine.lease_until > clock_timestamp()
      AND tenant.status = 'active'
      AND consumer.done_position IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360.claim_sinks(text, text, integer, interval) IS
    'Leases topics that are to be sent to a process, and keeps those it has; answers all it holds.';
