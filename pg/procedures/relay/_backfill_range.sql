-- Finds the range of sequence numbers a backfill has still to read up to a snapshot; first_seq is NULL when there is nothing.

CREATE OR REPLACE FUNCTION c360._backfill_range(
    p_from        timestamptz,
    p_done        pg_snapshot,
    p_target      pg_snapshot,
    OUT first_seq bigint,
    OUT last_seq  bigint
)
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    IF pg_snapshot_xmax(p_done) > '3' THEN
        SELECT pending.first_seq, pending.last_seq
        INTO first_seq, last_seq
        FROM c360._messages_between(p_done, p_target) AS pending;
        RETURN;
    END IF;

    -- Nothing was read yet: the whole log from that time on.
    SELECT min(message.seq), max(message.seq)
    INTO first_seq, last_seq
    FROM c360.messages AS message
    WHERE message.created_at >= p_from;
END;
$$;

COMMENT ON FUNCTION c360._backfill_range(timestamptz, pg_snapshot, pg_snapshot) IS
    'The sequence numbers a backfill has still to read up to a snapshot.';
