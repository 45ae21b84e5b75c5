-- Maps a webhook of a Zalo official account: what somebody says of themselves becomes an identify, what they did a track. NULL: not one of
-- the events that are understood (user_send_..., follow, unfollow, user_submit_info). An account has another number for the same
-- person at each official account, so that its name belongs to the type.

CREATE OR REPLACE FUNCTION c360._zalo_events(p_hook jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_array(c360._chat_event(
        CASE WHEN understood.traits IS NULL THEN 'track' ELSE 'identify' END,
        CASE WHEN understood.traits IS NULL THEN understood.event_name END,
        'zalo:' || coalesce(understood.said_id, understood.kind || ':' || understood.person_id || ':' || understood.told_at),
        'social_id:zalo_uid:' || understood.account_id,
        'zalo:' || understood.account_id,
        understood.person_id,
        to_jsonb(understood.told_at),
        understood.traits,
        jsonb_strip_nulls(jsonb_build_object('channel', 'zalo', 'text', p_hook #> '{message,text}')) || jsonb_build_object('zalo', p_hook)
    ))
    FROM (
        SELECT
            p_hook ->> 'event_name' AS kind,
            coalesce(p_hook #>> '{follower,id}', p_hook #>> '{sender,id}') AS person_id,
            coalesce(p_hook ->> 'oa_id', p_hook #>> '{recipient,id}') AS account_id,
            p_hook ->> 'timestamp' AS told_at,
            p_hook #>> '{message,msg_id}' AS said_id,
            CASE p_hook ->> 'event_name'
                WHEN 'follow' THEN 'Channel Followed'
                WHEN 'unfollow' THEN 'Channel Unfollowed'
                ELSE 'Message Received'
            END AS event_name,
            CASE
                WHEN p_hook ->> 'event_name' = 'user_submit_info' THEN jsonb_strip_nulls(jsonb_build_object(
                    'name', p_hook #> '{info,name}',
                    'phone', regexp_replace(p_hook #>> '{info,phone}', '^(84\d{9})$', '+\1'),
                    'address', jsonb_build_object('street', p_hook #> '{info,address}', 'city', p_hook #> '{info,city}')
                ))
            END AS traits
    ) AS understood
    WHERE (understood.kind LIKE 'user\_send\_%' OR understood.kind IN ('follow', 'unfollow', 'user_submit_info'))
      AND understood.person_id ~ '^\d{1,30}$'
      AND understood.account_id ~ '^\d{1,30}$'
      AND coalesce(understood.said_id, understood.told_at) IS NOT NULL;
$$;

COMMENT ON FUNCTION c360._zalo_events(jsonb) IS
    'Events of a webhook of a Zalo official account, NULL for one that is not understood.';
