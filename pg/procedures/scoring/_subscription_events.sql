-- What was told of subscriptions of golden records until p_as_of, all of them for NULL. Which observations have such events is known by day,
-- so that only their events are read; prices are as sent. What retention has removed is not there any more. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._subscription_events(
    p_tenant             text,
    p_settings           c360.subscription_settings,
    p_master_profile_ids uuid[],
    p_as_of              timestamptz
)
    RETURNS TABLE (
        master_profile_id uuid,
        subscription_id   text,
        kind              text,
        occurred_at       timestamptz,
        message_id        text,
        day               date,
        price             jsonb,
        currency          jsonb
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH teller AS MATERIALIZED (
        SELECT DISTINCT
            link.master_profile_id,
            link.raw_profile_id
        FROM cdp_profile_links AS link
        JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE own.event_name IN (p_settings.started, p_settings.renewed, p_settings.cancelled)
          AND (p_master_profile_ids IS NULL OR link.master_profile_id = ANY (p_master_profile_ids))
    )
    SELECT
        teller.master_profile_id,
        left(coalesce(event.payload -> 'properties' ->> p_settings.id, ''), 200),
        CASE event.event_name
            WHEN p_settings.started THEN 'started'
            WHEN p_settings.renewed THEN 'renewed'
            ELSE 'cancelled'
        END,
        event.occurred_at,
        event.message_id,
        (event.occurred_at AT TIME ZONE tenant.time_zone)::date,
        event.payload -> 'properties' -> p_settings.price,
        event.payload -> 'properties' -> 'currency'
    FROM teller
    JOIN cdp_behavioral_events AS event ON event.raw_profile_id = teller.raw_profile_id
    JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
    WHERE event.type = 'track'
      AND event.event_name IN (p_settings.started, p_settings.renewed, p_settings.cancelled)
      AND event.occurred_at <= p_as_of;
END;
$$;

COMMENT ON FUNCTION c360._subscription_events(text, c360.subscription_settings, uuid[], timestamptz) IS
    'What was told of subscriptions of golden records.';
