-- One event of a person in a chat. p_account: the scoped type of the account there (social_id:telegram); p_cookie stands for it where
-- an event needs userId or anonymousId. Members that are NULL are left out.

CREATE OR REPLACE FUNCTION c360._chat_event(
    p_type        text,
    p_event       text,
    p_message_id  text,
    p_account     text,
    p_cookie      text,
    p_person_id   text,
    p_timestamp   jsonb,
    p_traits      jsonb,
    p_properties  jsonb,
    p_locale      text DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'type', p_type,
        'event', p_event,
        'messageId', p_message_id,
        'anonymousId', p_cookie || ':' || p_person_id,
        'timestamp', p_timestamp,
        'traits', p_traits,
        'context', jsonb_build_object(
            'externalIds', jsonb_build_array(jsonb_build_object('type', p_account, 'id', p_person_id)),
            'locale', p_locale
        )
    )) || CASE WHEN p_properties IS NULL THEN '{}' ELSE jsonb_build_object('properties', p_properties) END;
$$;

COMMENT ON FUNCTION c360._chat_event(text, text, text, text, text, text, jsonb, jsonb, jsonb, text) IS
    'One event of a person in a chat, who is named by their account there.';
