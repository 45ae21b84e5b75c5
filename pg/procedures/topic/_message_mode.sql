-- What is to be told in a topic of what the session does to customers: all (as ever), summary (one message a statement, with counts) or
-- off, by SET c360.messages; off as well where nobody wants a topic that is written for those alone. What is to be told whatever the
-- session says does not ask: erasures, metadata, alerts. A value that is none of the three means all. Raises nothing.

CREATE OR REPLACE FUNCTION c360._message_mode(p_tenant text, p_topic text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN current_setting('c360.messages', true) = 'off' THEN 'off'
        WHEN NOT topic.is_always_written AND NOT c360._topic_is_wanted(p_tenant, p_topic) THEN 'off'
        WHEN current_setting('c360.messages', true) = 'summary' THEN 'summary'
        ELSE 'all'
    END
    FROM c360.topics AS topic
    WHERE topic.topic = p_topic;
$$;

COMMENT ON FUNCTION c360._message_mode(text, text) IS
    'Whether a topic is told all that the session does to customers, a summary, or nothing: all, summary, off.';
