-- As read_topic(), with messages as webhooks get them: whole, not masked, those of hidden segments too. For administrators.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5430 consumer_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.read_topic_as_sent(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_limit    integer DEFAULT 100
)
    RETURNS TABLE ("position" bigint, message_id uuid, type text, key text, created_at timestamptz, body jsonb)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN QUERY
    SELECT next.*
    FROM c360._read_topic(p_tenant, p_topic, p_consumer, p_limit, true) AS next;
END;
$$;

COMMENT ON FUNCTION c360.read_topic_as_sent(text, text, text, integer) IS
    'The next messages of a named consumer, whole and not masked; the same ones again until commit_topic().';
