-- Finds what is to be fanned out: the running step if there is one, otherwise everything committed since the last one.
-- first_seq is NULL when there is nothing.

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

    target_snapshot := c360._snapshot_without_self();

    SELECT pending.first_seq, pending.last_seq
    INTO first_seq, last_seq
    FROM c360._messages_between(done_snapshot, target_snapshot) AS pending;
END;
$$;

COMMENT ON FUNCTION c360._pending_messages() IS
    'The snapshots and the range of sequence numbers the next fan-out step has to read.';
