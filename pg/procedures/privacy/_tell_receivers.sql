-- Publishes profile.erased, and sends it to every webhook of the tenant that may have received the person: also to one that
-- does not subscribe to this topic or type. Paused ones get it when they go on. Consumers of other topics that told of the person
-- find it there. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tell_receivers(p_tenant text, p_master_profile_id uuid, p_body text)
    RETURNS uuid
    LANGUAGE plpgsql
AS $$
DECLARE
    v_message record;
BEGIN
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    VALUES (c360._uuid7(), p_tenant, 'c360-updated-profiles', 'profile.erased', p_master_profile_id::text, p_body)
    RETURNING
        message_id,
        seq,
        created_at,
        key
    INTO v_message;

    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        p_tenant,
        feed.topic,
        'profile.erased',
        p_master_profile_id::text,
        p_body
    FROM c360.topic_feeds AS feed
    WHERE feed.tenant = p_tenant
      AND feed.topic IN ('c360-behavioral-events', 'c360-activation-events')
      AND feed.dropped_at IS NULL;

    -- The fan-out makes the others.
    INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)
    SELECT
        subscription.subscription_id,
        (hashtextextended(v_message.key, 0) & 2147483647) % subscription.lane_count,
        v_message.seq,
        v_message.created_at,
        (hashtextextended(v_message.key, 0) >> 32)::integer
    FROM c360.subscriptions AS subscription
    WHERE subscription.tenant = p_tenant
      AND subscription.state <> 'disabled'
      AND subscription.topics && '{c360-updated-profiles,c360-behavioral-events,c360-activation-events}'
      AND NOT (
          'c360-updated-profiles' = ANY (subscription.topics)
          AND c360._wants_type(subscription.types, 'profile.erased')
      )
      AND NOT (
          c360._wants_type(subscription.types, 'profile.erased')
          AND EXISTS (
              SELECT
              FROM c360.topic_feeds AS feed
              WHERE feed.tenant = p_tenant
                AND feed.topic = ANY (subscription.topics)
                AND feed.topic IN ('c360-behavioral-events', 'c360-activation-events')
                AND feed.dropped_at IS NULL
          )
      )
    ORDER BY subscription.subscription_id;

    RETURN v_message.message_id;
END;
$$;

COMMENT ON FUNCTION c360._tell_receivers(text, uuid, text) IS
    'Tells everybody who may have received a person that it is erased.';
