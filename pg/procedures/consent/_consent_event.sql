-- What is sent to the endpoint consent, as an event of the kind consent tools send: {userId, anonymousId, purposes: {purpose: true or
-- false}, proof, textVersion} with context, messageId, timestamp and so on as events have them. Without a purpose that is said yes or no
-- to it becomes an event of type consent, which is refused. Pure.

CREATE OR REPLACE FUNCTION c360._consent_event(p_body jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_body) IS DISTINCT FROM 'object' THEN p_body
        WHEN NOT EXISTS (SELECT FROM c360._said_consents(asked.context)) THEN p_body || '{"type": "consent"}'
        ELSE p_body - '{purposes,proof,textVersion}'::text[] || jsonb_build_object(
            'type', 'track',
            'event', 'Segment Consent Preference Updated',
            'context', asked.context
        )
    END
    FROM (
        SELECT said.context || jsonb_build_object(
            'consent',
            CASE jsonb_typeof(said.context -> 'consent') WHEN 'object' THEN said.context -> 'consent' ELSE '{}' END
                || jsonb_strip_nulls(jsonb_build_object(
                    'categoryPreferences', p_body -> 'purposes',
                    'proof', p_body -> 'proof',
                    'textVersion', p_body -> 'textVersion'
                ))
        ) AS context
        FROM (
            SELECT CASE jsonb_typeof(p_body -> 'context') WHEN 'object' THEN p_body -> 'context' ELSE '{}' END AS context
        ) AS said
    ) AS asked;
$$;

COMMENT ON FUNCTION c360._consent_event(jsonb) IS
    'The event that a body sent to the endpoint consent stands for.';
