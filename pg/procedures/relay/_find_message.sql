-- Finds a message of a tenant by its id; NULL where the log has none. The id tells when it was made, and the log is in the order of when the
-- transactions began that wrote it: a moment before is looked at first, then the day before. Reads only.

CREATE OR REPLACE FUNCTION c360._find_message(
    p_tenant       text,
    p_message_id   uuid,
    OUT seq        bigint,
    OUT created_at timestamptz,
    OUT xid        xid8,
    OUT topic      text,
    OUT type       text,
    OUT key        text,
    OUT body       text
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made   timestamptz := to_timestamp(('x' || left(replace(p_message_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0);
    v_before interval;
BEGIN
    FOREACH v_before IN ARRAY ARRAY[interval '10 seconds', interval '2 days'] LOOP
        SELECT
            message.seq,
            message.created_at,
            message.xid,
            message.topic,
            message.type,
            message.key,
            message.body
        INTO
            seq,
            created_at,
            xid,
            topic,
            type,
            key,
            body
        FROM c360.messages AS message
        WHERE message.created_at BETWEEN v_made - v_before AND v_made + interval '1 second'
          AND message.tenant = p_tenant
          AND message.message_id = p_message_id
        LIMIT 1;

        EXIT WHEN FOUND;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._find_message(text, uuid) IS
    'A message of the log by its id.';
