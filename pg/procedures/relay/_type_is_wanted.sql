-- Whether somebody of the tenant subscribes to a type of message of a topic, or reads the topic in SQL, for producers that would otherwise do work for nobody.

CREATE OR REPLACE FUNCTION c360._type_is_wanted(p_tenant text, p_topic text, p_type text)
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
          AND c360._wants_type(subscription.types, p_type)
    ) OR EXISTS (
        SELECT
        FROM c360.topic_feeds AS feed
        WHERE feed.tenant = p_tenant
          AND feed.topic = p_topic
          AND feed.dropped_at IS NULL
    );
$$;

COMMENT ON FUNCTION c360._type_is_wanted(text, text, text) IS
    'Whether somebody of the tenant receives a type of message.';
