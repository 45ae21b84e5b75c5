-- Keeps which messages the other side of a sink cannot take: [{"position", "reason"}]. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_refusals(
    p_sink_id bigint,
    p_feed_id bigint,
    p_refused jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.sink_refusals (sink_id, position, message_seq, message_at, reason)
    SELECT
        p_sink_id,
        entry.position,
        entry.message_seq,
        entry.message_at,
        left(refused.value ->> 'reason', 500)
    FROM jsonb_array_elements(coalesce(nullif(p_refused, 'null'), '[]')) AS refused
    JOIN c360.feed_messages AS entry
        ON entry.feed_id = p_feed_id
        AND entry.position = (refused.value ->> 'position')::bigint
    ON CONFLICT (sink_id, position) DO UPDATE
    SET reason = excluded.reason,
        refused_at = excluded.refused_at,
        is_due = false;
$$;

COMMENT ON FUNCTION c360._note_refusals(bigint, bigint, jsonb) IS
    'Keeps which messages a sink could not take.';
