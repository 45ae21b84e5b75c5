-- Finds what is to be fanned out: the running step if there is one, otherwise everything committed since the last one.
-- first_seq is NULL when there is nothing. Two index ranges: newer than the last step, and what was open during it.

CREATE OR REPLACE FUNCTION c360._pending_messages(
    OUT done_snapshot   pg_snapshot,
    OUT target_snapshot pg_snapshot,
    OUT first_seq       bigint,
    OUT last_seq        bigint
)
    LANGUAGE plpgsql
AS $$
DECLARE
    v_tick record;
BEGIN
    SELECT tick.done_snapshot, tick.target_snapshot, tick.seq_done, tick.seq_target
    INTO STRICT v_tick
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out';

    done_snapshot := v_tick.done_snapshot;
    target_snapshot := v_tick.target_snapshot;

    IF target_snapshot IS NOT NULL THEN
        first_seq := v_tick.seq_done + 1;
        last_seq := v_tick.seq_target;
        RETURN;
    END IF;

    target_snapshot := pg_current_snapshot();

    SELECT min(pending.seq), max(pending.seq)
    INTO first_seq, last_seq
    FROM (
        SELECT message.seq, message.xid
        FROM c360.messages AS message
        WHERE message.xid >= pg_snapshot_xmax(done_snapshot)
          AND message.xid < pg_snapshot_xmax(target_snapshot)
        UNION ALL
        SELECT message.seq, message.xid
        FROM c360.messages AS message
        WHERE message.xid IN (SELECT pg_snapshot_xip(done_snapshot))
    ) AS pending
    WHERE pg_visible_in_snapshot(pending.xid, target_snapshot);
END;
$$;

COMMENT ON FUNCTION c360._pending_messages() IS
    'The snapshots and the range of sequence numbers the next fan-out step has to read.';
