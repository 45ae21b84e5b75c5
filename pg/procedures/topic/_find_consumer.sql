-- Finds a consumer of a tenant's topic, and locks it until the transaction ends when it is to be changed. Trusts nobody: says which
-- of the two names is wrong.
-- Raises: U5405 topic_not_found, U5430 consumer_not_found

CREATE OR REPLACE FUNCTION c360._find_consumer(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_locks    boolean DEFAULT true
)
    RETURNS c360.topic_consumers
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_consumer c360.topic_consumers;
BEGIN
    IF p_locks THEN
        SELECT consumer.*
        INTO v_consumer
        FROM c360.topic_consumers AS consumer
        WHERE consumer.tenant = p_tenant
          AND consumer.topic = p_topic
          AND consumer.consumer = p_consumer
        FOR NO KEY UPDATE;
    ELSE
        SELECT consumer.*
        INTO v_consumer
        FROM c360.topic_consumers AS consumer
        WHERE consumer.tenant = p_tenant
          AND consumer.topic = p_topic
          AND consumer.consumer = p_consumer;
    END IF;

    IF NOT FOUND THEN
        PERFORM c360._check_topic(p_topic);
        RAISE EXCEPTION 'topic "%" has no consumer "%"', p_topic, p_consumer
            USING ERRCODE = 'U5430',
                  HINT = format('Administrators make it: SELECT %I.create_topic_consumer(%L, %L);',
                                'tenant_' || p_tenant, p_topic, p_consumer);
    END IF;

    RETURN v_consumer;
END;
$$;

COMMENT ON FUNCTION c360._find_consumer(text, text, text, boolean) IS
    'A consumer of a topic, locked if asked for; an error when there is none.';
