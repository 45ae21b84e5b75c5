-- Makes the daily partitions of the message log ahead of time, and empties the default partition.
-- Safe to repeat, several at once too. Answers {created, moved}. Old partitions are dropped by the relay's upkeep.
-- Raises: 55P03 when a lock is not to be had in five seconds: try again later

CREATE OR REPLACE FUNCTION c360.maintain_message_partitions(
    p_ahead  interval DEFAULT '7 days',
    p_at     timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c360._maintain_partitions('c360', 'messages', 'created_at', 'day', p_ahead, p_at);
$$;

COMMENT ON FUNCTION c360.maintain_message_partitions(interval, timestamptz) IS
    'Makes daily partitions of the message log ahead of time.';
