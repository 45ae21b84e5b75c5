-- Findings about topics that are sent to other systems: what is lost there, what cannot be sent, what nobody sends. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_sinks(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT
            sink.*,
            format('%s of %s of tenant %s', sink.sink, sink.topic, sink.tenant) AS subject,
            (SELECT count(*) FROM c360.sink_refusals AS refusal WHERE refusal.sink_id = sink.sink_id) AS refused,
            (
                SELECT entry.message_at
                FROM c360.topic_consumers AS consumer
                JOIN c360.feed_messages AS entry
                    ON entry.feed_id = consumer.feed_id
                    AND entry.position > consumer.done_position
                WHERE consumer.tenant = sink.tenant
                  AND consumer.topic = sink.topic
                  AND consumer.consumer = sink.sink
                ORDER BY entry.position
                LIMIT 1
            ) AS oldest_at
        FROM c360.sinks AS sink
        JOIN c360.tenants AS tenant ON tenant.tenant = sink.tenant
        WHERE tenant.status = 'active'
    )
    SELECT
        'error',
        known.subject,
        known.lost_what,
        format('Send again what is wanted there: c360 topic replay %s %s %s --since ... --dry-run', known.tenant, known.topic, known.sink)
    FROM known
    WHERE known.lost_at > p_now - interval '7 days'

    UNION ALL

    SELECT
        'error',
        known.subject,
        format('Nothing is sent since %s: %s', known.problem_since, known.problem),
        'Mend what it names. It is tried again all the time, and nothing is left out meanwhile.'
    FROM known
    WHERE known.problem_since < p_now - interval '1 minute'
      AND known.lease_until > p_now

    UNION ALL

    SELECT
        'error',
        known.subject,
        format('Its messages wait since %s and no process sends them.', known.oldest_at),
        CASE known.sink
            WHEN 'kafka' THEN 'Start "c360 kafka relay", or: '
            ELSE 'Start the process that sends, or have it sent no longer: '
        END || format('SELECT %I.disable_sink(%L, %L);', 'tenant_' || known.tenant, known.sink, known.topic)
    FROM known
    WHERE known.lease_until < p_now - interval '1 minute'
      AND known.oldest_at < p_now - interval '5 minutes'

    UNION ALL

    SELECT
        'warning',
        known.subject,
        format('%s messages could not be sent and were passed over.', known.refused),
        format('SELECT * FROM %I.list_sink_refusals(%L) says why; resend_refused(%L) tries again.', 'tenant_' || known.tenant, known.sink, known.sink)
    FROM known
    WHERE known.refused > 0;
$$;

COMMENT ON FUNCTION c360._doctor_sinks(timestamptz) IS 'Findings of c360.doctor() about topics that are sent to other systems.';
