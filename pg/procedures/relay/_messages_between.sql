-- Finds the range of sequence numbers that holds what one snapshot sees and an earlier one did not; NULL when that is nothing.
-- Two index ranges: what began after the earlier one, and what was open during it.

CREATE OR REPLACE FUNCTION c360._messages_between(
    p_done        pg_snapshot,
    p_target      pg_snapshot,
    OUT first_seq bigint,
    OUT last_seq  bigint
)
    LANGUAGE sql
    STABLE
AS $$
    SELECT min(pending.seq), max(pending.seq)
    FROM (
        SELECT message.seq, message.xid
        FROM c360.messages AS message
        WHERE message.xid >= pg_snapshot_xmax(p_done)
          AND message.xid < pg_snapshot_xmax(p_target)
        UNION ALL
        SELECT message.seq, message.xid
        FROM c360.messages AS message
        WHERE message.xid IN (SELECT pg_snapshot_xip(p_done))
    ) AS pending
    WHERE pg_visible_in_snapshot(pending.xid, p_target);
$$;

COMMENT ON FUNCTION c360._messages_between(pg_snapshot, pg_snapshot) IS
    'First and last sequence number of the messages the second snapshot sees and the first does not.';
