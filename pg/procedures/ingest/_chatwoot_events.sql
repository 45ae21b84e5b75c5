-- Maps a webhook of a Chatwoot account: what is known of the visitor becomes an identify, what they did a track. NULL: not one of the
-- events that are understood (message_created by a visitor, webwidget_triggered, contact_created, contact_updated).
-- Contacts are numbered anew in each account, so that its number belongs to the type. The id a page gives with setUser() is the
-- user id of that page, and a custom attribute anonymousId is its visitor.

CREATE OR REPLACE FUNCTION c360._chatwoot_events(p_hook jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(c360._chat_event(
        part.type,
        CASE part.type WHEN 'track' THEN understood.event_name END,
        understood.message_id || CASE part.type WHEN 'identify' THEN ':who' ELSE '' END,
        'social_id:chatwoot:' || understood.account_id,
        'chatwoot:' || understood.account_id,
        understood.person_id,
        p_hook -> 'created_at',
        CASE part.type WHEN 'identify' THEN understood.traits END,
        CASE part.type
            WHEN 'track' THEN jsonb_strip_nulls(jsonb_build_object('channel', 'chatwoot', 'text', understood.said)) || jsonb_build_object('chatwoot', p_hook)
        END
    ) || jsonb_strip_nulls(jsonb_build_object('userId', understood.user_id, 'anonymousId', understood.visitor_id)) ORDER BY part.type)
    FROM (
        SELECT
            p_hook #>> '{account,id}' AS account_id,
            told.contact ->> 'id' AS person_id,
            'chatwoot:' || (p_hook #>> '{account,id}') || ':' || told.what AS message_id,
            CASE p_hook ->> 'event'
                WHEN 'message_created' THEN 'Message Received'
                WHEN 'webwidget_triggered' THEN 'Chat Opened'
            END AS event_name,
            CASE WHEN p_hook ->> 'event' = 'message_created' THEN p_hook -> 'content' END AS said,
            nullif(told.contact ->> 'identifier', '') AS user_id,
            CASE jsonb_typeof(told.contact #> '{custom_attributes,anonymousId}')
                WHEN 'string' THEN nullif(told.contact #>> '{custom_attributes,anonymousId}', '')
            END AS visitor_id,
            jsonb_strip_nulls(jsonb_build_object(
                'name', told.contact -> 'name',
                'email', told.contact -> 'email',
                'phone', told.contact -> 'phone_number'
            )) AS traits
        FROM (
            SELECT
                p_hook -> 'sender' AS contact,
                'message:' || (p_hook ->> 'id') AS what
            WHERE p_hook ->> 'event' = 'message_created'
              AND p_hook ->> 'message_type' = 'incoming'

            UNION ALL

            SELECT
                p_hook -> 'contact',
                'opened:' || md5(p_hook::text)
            WHERE p_hook ->> 'event' = 'webwidget_triggered'

            UNION ALL

            SELECT
                p_hook,
                'contact:' || md5(p_hook::text)
            WHERE p_hook ->> 'event' IN ('contact_created', 'contact_updated')
        ) AS told
    ) AS understood
    CROSS JOIN LATERAL (
        SELECT 'identify' AS type
        WHERE understood.traits <> '{}' OR understood.user_id IS NOT NULL

        UNION ALL

        SELECT 'track'
        WHERE understood.event_name IS NOT NULL
    ) AS part
    WHERE understood.person_id ~ '^\d{1,30}$'
      AND understood.account_id ~ '^\d{1,30}$'
      AND understood.message_id IS NOT NULL;
$$;

COMMENT ON FUNCTION c360._chatwoot_events(jsonb) IS
    'Events of a webhook of a Chatwoot account, NULL for one that is not understood.';
