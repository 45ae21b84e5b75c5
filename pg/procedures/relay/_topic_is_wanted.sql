-- Answers whether somebody of the tenant subscribes to a topic or reads it in SQL, for producers that would otherwise write for nobody.

CREATE OR REPLACE FUNCTION c360._topic_is_wanted(p_tenant text, p_topic text)
    RETURNS boolean
    LANGUAGE sql
    STABLE
AS $$
    SELECT EXISTS (
        SELECT
        FROM c360.subscriptions AS subscription
        WHERE subscription.tenant = p_tenant
          AND subscription.state <> 'disabled'
          AND p_topic = ANY (subscription.topics)
    ) OR EXISTS (
        SELECT
        FROM c360.topic_feeds AS feed
        WHERE feed.tenant = p_tenant
          AND feed.topic = p_topic
          AND feed.dropped_at IS NULL
    );
$$;

COMMENT ON FUNCTION c360._topic_is_wanted(text, text) IS
    'True when an active or paused subscription of the tenant receives the topic, or a consumer reads it.';
