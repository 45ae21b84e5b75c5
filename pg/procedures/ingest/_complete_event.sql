-- Puts into one event what its batch and its endpoint say about it. The event's own words win, except over the endpoint.
-- The write key is taken out: events are read by more people than keys are.

CREATE OR REPLACE FUNCTION c360._complete_event(p_event jsonb, p_envelope jsonb, p_type text)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        p_envelope
        || (p_event - 'writeKey')
        || CASE
            WHEN NOT p_envelope ? 'context' THEN '{}'
            WHEN jsonb_typeof(p_event -> 'context') = 'object'
                THEN jsonb_build_object('context', (p_envelope -> 'context') || (p_event -> 'context'))
            ELSE jsonb_build_object('context', p_envelope -> 'context')
        END
        || CASE
            WHEN NOT p_envelope ? 'integrations' THEN '{}'
            WHEN jsonb_typeof(p_event -> 'integrations') = 'object'
                THEN jsonb_build_object('integrations', (p_envelope -> 'integrations') || (p_event -> 'integrations'))
            ELSE jsonb_build_object('integrations', p_envelope -> 'integrations')
        END
        || CASE WHEN p_type IS NULL THEN '{}' ELSE jsonb_build_object('type', p_type) END;
$$;

COMMENT ON FUNCTION c360._complete_event(jsonb, jsonb, text) IS
    'The event with the context of its batch and the type of its endpoint, without the write key.';
