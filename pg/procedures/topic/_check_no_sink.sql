-- Refuses the consumer of a sink to whoever reads and commits by hand: what they commit would never be sent, and while they read nothing is.
-- Going back or ahead is replay_topic()'s, which administrators may and the audit log tells.
-- Raises: U5431 consumer_invalid

CREATE OR REPLACE FUNCTION c360._check_no_sink(p_tenant text, p_topic text, p_consumer text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT
        FROM c360.sinks AS known
        WHERE known.tenant = p_tenant
          AND known.topic = p_topic
          AND known.sink = p_consumer
    ) THEN
        RAISE EXCEPTION 'consumer "%" of "%" is read by a process that sends it elsewhere', p_consumer, p_topic
            USING ERRCODE = 'U5431',
                  HINT = 'Make a consumer of your own: create_topic_consumer(). Administrators move this one: replay_topic().';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_no_sink(text, text, text) IS
    'Refuses the consumer of a sink to whoever reads and commits by hand.';
