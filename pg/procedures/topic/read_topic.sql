-- Gives a consumer its next messages, at most p_limit, in the order in which they were committed, as readers may see them: masked values
-- hidden, and nothing of segments that readers may not know of. A message has no end of being read before commit_topic(): until then the same
-- ones come again, maybe with more behind them. At least once, therefore; once, when what is done with them is in the same
-- transaction as the commit.
-- Locks the consumer until the transaction ends: a second session that reads with the same name waits, and goes on where the first one has come.
-- Fewer rows than asked for do not mean that there are no more; none at all does.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5430 consumer_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.read_topic(
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
    FROM c360._read_topic(p_tenant, p_topic, p_consumer, p_limit, false) AS next;
END;
$$;

COMMENT ON FUNCTION c360.read_topic(text, text, text, integer) IS
    'The next messages of a named consumer, masked values hidden; the same ones again until commit_topic(). LISTEN "<topic>" tells when to call.';
