-- Puts a track event on the timeline of an observation that is there, with everything that follows from an event. Answers false for a message id of the
-- source that is known. The identifiers of the observation stand in it as events have them. Trusts the search_path and that nobody erases.

CREATE OR REPLACE FUNCTION c360._record_outcome_event(
    p_tenant         text,
    p_raw_profile_id bigint,
    p_source         text,
    p_message_id     text,
    p_event          text,
    p_occurred_at    timestamptz,
    p_properties     jsonb
)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
DECLARE
    v_received_at timestamptz := now();
    v_event_id    bigint;
BEGIN
    INSERT INTO cdp_event_ids (source, message_id, received_at)
    VALUES (p_source, p_message_id, v_received_at)
    ON CONFLICT (source, message_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO cdp_behavioral_events AS event (
        received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload
    )
    SELECT
        v_received_at,
        p_occurred_at,
        'ok',
        raw.raw_profile_id,
        p_source,
        p_message_id,
        'track',
        p_event,
        jsonb_strip_nulls(jsonb_build_object(
            'type', 'track',
            'event', p_event,
            'messageId', p_message_id,
            'userId', CASE jsonb_typeof(raw.identifiers -> 'user_id') WHEN 'string' THEN raw.identifiers -> 'user_id' END,
            'anonymousId', CASE jsonb_typeof(raw.identifiers -> 'anonymous_id') WHEN 'string' THEN raw.identifiers -> 'anonymous_id' END,
            'timestamp', p_occurred_at,
            'properties', p_properties
        ))
    FROM cdp_raw_profiles AS raw
    WHERE raw.raw_profile_id = p_raw_profile_id
    RETURNING event.event_id
    INTO v_event_id;

    PERFORM c360._count_activity(ARRAY[p_raw_profile_id], ARRAY[p_event], ARRAY[p_occurred_at]);
    PERFORM c360._queue_observations(p_tenant, ARRAY[p_raw_profile_id], '{}');
    PERFORM c360._publish_events(p_tenant, v_received_at, ARRAY[v_event_id]);
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._record_outcome_event(text, bigint, text, text, text, timestamptz, jsonb) IS
    'Puts an event on the timeline of an observation that is there.';
