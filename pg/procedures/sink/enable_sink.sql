-- Has a topic of the tenant sent to another system, from now on or from p_from on; -infinity is everything the log still has. Where it goes
-- is for the process that sends (c360 kafka relay): nobody names an address here. Safe to repeat: answers false and changes
-- nothing when it is enabled.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5440 sink_not_found, U5441 sink_name_taken; U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.enable_sink(
    p_tenant text,
    p_sink   text,
    p_topic  text,
    p_from   timestamptz DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_new boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_sink(p_sink);

    v_is_new := c360.create_topic_consumer(p_tenant, p_topic, p_sink, p_from);
    IF v_is_new THEN
        INSERT INTO c360.sinks (tenant, topic, sink, enabled_by)
        VALUES (p_tenant, p_topic, p_sink, c360._actor());
    ELSIF NOT EXISTS (
        SELECT
        FROM c360.sinks AS sink
        WHERE sink.tenant = p_tenant
          AND sink.topic = p_topic
          AND sink.sink = p_sink
    ) THEN
        RAISE EXCEPTION 'somebody reads "%" as consumer "%"', p_topic, p_sink
            USING ERRCODE = 'U5441',
                  DETAIL = 'What is sent would be missing there.',
                  HINT = format('Let that program take another name, then: c360 topic drop-consumer %s %s %s', p_tenant, p_topic, p_sink);
    END IF;

    RETURN v_is_new;
END;
$$;

COMMENT ON FUNCTION c360.enable_sink(text, text, text, timestamptz) IS
    'Has a topic sent to Kafka, Firehose or SNS, from now on or from a time (-infinity: from the beginning); false when it is.';
