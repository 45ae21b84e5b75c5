-- Maps an update of a Telegram bot: who wrote becomes an identify, what they did a track. NULL: not one of the kinds that are understood
-- (message, callback_query, my_chat_member), or nobody's: of a bot, or without a sender.
-- A contact somebody shares is mostly somebody else's; its number counts only where Telegram says that it is the sender's own.

CREATE OR REPLACE FUNCTION c360._telegram_events(p_update jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        CASE
            WHEN understood.traits = '{}' THEN '[]'
            ELSE jsonb_build_array(c360._chat_event('identify', NULL, understood.message_id || ':who', 'social_id:telegram', 'telegram',
                understood.person_id, understood.told_at, understood.traits, NULL, understood.locale))
        END
        || jsonb_build_array(c360._chat_event('track', understood.event_name, understood.message_id, 'social_id:telegram', 'telegram',
            understood.person_id, understood.told_at, NULL, understood.properties, understood.locale))
    FROM (
        SELECT
            'telegram:' || (p_update ->> 'update_id') AS message_id,
            part.content #>> '{from,id}' AS person_id,
            part.content -> 'date' AS told_at,
            part.content #>> '{from,language_code}' AS locale,
            CASE
                WHEN part.kind = 'message' THEN 'Message Received'
                WHEN part.kind = 'callback_query' THEN 'Button Clicked'
                WHEN part.content #>> '{new_chat_member,status}' IN ('kicked', 'left') THEN 'Channel Unfollowed'
                ELSE 'Channel Followed'
            END AS event_name,
            jsonb_strip_nulls(jsonb_build_object(
                'firstName', part.content #> '{from,first_name}',
                'lastName', part.content #> '{from,last_name}',
                'phone', CASE
                    WHEN part.content #> '{contact,user_id}' = part.content #> '{from,id}'
                        THEN '+' || ltrim(part.content #>> '{contact,phone_number}', '+')
                END
            )) AS traits,
            jsonb_strip_nulls(jsonb_build_object(
                'channel', 'telegram',
                'text', coalesce(part.content -> 'text', part.content -> 'caption', part.content -> 'data')
            )) || jsonb_build_object('telegram', part.content) AS properties
        FROM jsonb_each(p_update) AS part (kind, content)
        WHERE part.kind IN ('message', 'callback_query', 'my_chat_member')
          AND jsonb_typeof(part.content #> '{from,id}') = 'number'
          AND jsonb_typeof(p_update -> 'update_id') = 'number'
          AND (part.kind <> 'my_chat_member' OR part.content #>> '{chat,type}' = 'private')
          AND part.content #>> '{from,is_bot}' IS DISTINCT FROM 'true'
        LIMIT 1
    ) AS understood;
$$;

COMMENT ON FUNCTION c360._telegram_events(jsonb) IS
    'Events of an update that a Telegram bot receives, NULL for one that is not understood.';
