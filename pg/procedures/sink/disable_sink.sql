-- Sends a topic of the tenant no longer. Its position and the messages that were refused are forgotten; what was sent stays where it is. Safe
-- to repeat: answers false when it is not enabled. A process that is sending notices at its next commit.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5440 sink_not_found

CREATE OR REPLACE FUNCTION c360.disable_sink(
    p_tenant text,
    p_sink   text,
    p_topic  text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_sink(p_sink);
    PERFORM c360._check_topic(p_topic);

    IF NOT EXISTS (
        SELECT
        FROM c360.sinks AS sink
        WHERE sink.tenant = p_tenant
          AND sink.topic = p_topic
          AND sink.sink = p_sink
    ) THEN
        RETURN false;
    END IF;

    PERFORM c360.drop_topic_consumer(p_tenant, p_topic, p_sink);
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.disable_sink(text, text, text) IS
    'Sends a topic to a sink no longer; false when it was not.';
