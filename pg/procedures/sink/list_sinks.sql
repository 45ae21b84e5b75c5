-- The topics of a tenant that are sent to other systems, or those of one sink, with what became of them. Reads only.
--   state       starting: a relay has still to go through the log; idle: no process sends; failing: one tries and says why; sending
--   waiting     messages that are not acknowledged yet; oldest_at and lag_seconds are of the first of them
--   kept_until  when that one is lost unless it is sent before
--   refused     messages that the other side cannot take as it is set up
--   lost_what   what the other side has lost of what it had acknowledged
-- Raises: U4404 of the tenant; U5440 sink_not_found

CREATE OR REPLACE FUNCTION c360.list_sinks(
    p_tenant text,
    p_sink   text DEFAULT NULL
)
    RETURNS TABLE (
        sink           text,
        topic          text,
        state          text,
        "position"     bigint,
        waiting        bigint,
        oldest_at      timestamptz,
        lag_seconds    double precision,
        kept_until     timestamptz,
        owner          text,
        sent_count     bigint,
        sent_at        timestamptz,
        problem        text,
        problem_since  timestamptz,
        refused        bigint,
        lost_what      text,
        lost_at        timestamptz,
        enabled_at     timestamptz,
        enabled_by     text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF p_sink IS NOT NULL THEN
        PERFORM c360._check_sink(p_sink);
    END IF;

    RETURN QUERY
    SELECT
        known.sink,
        known.topic,
        CASE
            WHEN reader.state = 'starting' THEN 'starting'
            WHEN known.lease_until <= clock_timestamp() THEN 'idle'
            WHEN known.problem IS NOT NULL THEN 'failing'
            ELSE 'sending'
        END,
        reader.position,
        reader.waiting,
        reader.oldest_at,
        reader.lag_seconds,
        reader.kept_until,
        CASE WHEN known.lease_until > clock_timestamp() THEN known.owner END,
        known.sent_count,
        known.sent_at,
        known.problem,
        known.problem_since,
        (SELECT count(*) FROM c360.sink_refusals AS refusal WHERE refusal.sink_id = known.sink_id),
        known.lost_what,
        known.lost_at,
        known.enabled_at,
        known.enabled_by
    FROM c360.sinks AS known
    JOIN c360.list_topic_consumers(p_tenant) AS reader
        ON reader.topic = known.topic
        AND reader.consumer = known.sink
    WHERE known.tenant = p_tenant
      AND (p_sink IS NULL OR known.sink = p_sink)
    ORDER BY
        known.sink,
        known.topic;
END;
$$;

COMMENT ON FUNCTION c360.list_sinks(text, text) IS
    'Topics that are sent to Kafka, Firehose or SNS: how far, by whom, what keeps them, what was refused or lost there.';
