-- Refuses a name that is no topic.
-- Raises: U5405 topic_not_found

CREATE OR REPLACE FUNCTION c360._check_topic(p_topic text)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM c360.topics AS topic WHERE topic.topic = p_topic) THEN
        RAISE EXCEPTION 'there is no topic "%"', p_topic
            USING ERRCODE = 'U5405',
                  DETAIL = (SELECT 'There are ' || string_agg(topic.topic, ', ' ORDER BY topic.topic) || '.' FROM c360.topics AS topic),
                  HINT = 'List them: c360 topic list';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_topic(text) IS 'Raises an error for a name that is no topic.';
