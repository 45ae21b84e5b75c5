-- Makes the partition of one UTC day and moves the rows of that day out of the default partition into it.
-- Attaching a partition that is filled already keeps their sequence numbers and transaction ids.

CREATE OR REPLACE FUNCTION c360._create_message_partition(p_day date)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_name  text := 'messages_' || to_char(p_day, 'YYYYMMDD');
    v_from  timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
    v_until timestamptz := (p_day + 1)::timestamp AT TIME ZONE 'UTC';
    v_moved bigint;
BEGIN
    LOCK TABLE c360.messages_default IN ACCESS EXCLUSIVE MODE;

    EXECUTE format(
        'CREATE TABLE c360.%I (LIKE c360.messages INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)', v_name
    );
    EXECUTE format('COMMENT ON TABLE c360.%I IS %L', v_name, format('Messages of %s (UTC).', p_day));

    EXECUTE format(
        $statement$
            WITH moved AS (
                DELETE FROM c360.messages_default AS message
                WHERE message.created_at >= $1
                  AND message.created_at < $2
                RETURNING message.*
            )
            INSERT INTO c360.%I (seq, message_id, xid, tenant, topic, type, key, body, created_at)
            SELECT moved.seq, moved.message_id, moved.xid, moved.tenant, moved.topic, moved.type, moved.key, moved.body,
                   moved.created_at
            FROM moved
        $statement$,
        v_name
    )
    USING v_from, v_until;
    GET DIAGNOSTICS v_moved = ROW_COUNT;

    EXECUTE format(
        'ALTER TABLE c360.messages ATTACH PARTITION c360.%I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_until
    );
    RETURN v_moved;
END;
$$;

COMMENT ON FUNCTION c360._create_message_partition(date) IS
    'Creates the partition of a day and returns how many rows came from the default partition.';
