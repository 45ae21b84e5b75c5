-- Lists the topics.

CREATE OR REPLACE FUNCTION c360.list_topics()
    RETURNS TABLE (topic text, description text, retention interval, rings_at_commit boolean)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT topic.topic, topic.description, topic.retention, topic.rings_at_commit
    FROM c360.topics AS topic
    ORDER BY topic.topic;
$$;

COMMENT ON FUNCTION c360.list_topics() IS
    'The five topics, how long their messages are kept, and whether they ring at commit.';
