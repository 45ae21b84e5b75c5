-- What the webhook of a provider says became of messages, by the ids it gave them: Zalo tells which one was delivered, or which ones were opened; Twilio
-- tells each status of one. outcome is 'none' for a message that is still on its way, NULL where the webhook is about something else, or names no message, or more
-- than a hundred. A clock that cannot be right is not believed.

CREATE OR REPLACE FUNCTION c360._callback_of(
    p_preset                 text,
    p_body                   text,
    OUT outcome              text,
    OUT provider_message_ids text[],
    OUT occurred_at          timestamptz
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hook jsonb;
BEGIN
    IF (p_preset IN ('zalo', 'twilio')) IS NOT TRUE OR NOT pg_input_is_valid(p_body, 'jsonb') THEN
        RETURN;
    END IF;

    v_hook := p_body::jsonb;
    provider_message_ids := ARRAY(
        SELECT named.id #>> '{}'
        FROM (
            SELECT CASE p_preset WHEN 'zalo' THEN v_hook #> '{message,msg_id}' ELSE v_hook -> 'MessageSid' END AS id
            UNION ALL
            SELECT listed.id
            FROM jsonb_array_elements(
                CASE jsonb_typeof(v_hook #> '{message,msg_ids}') WHEN 'array' THEN v_hook #> '{message,msg_ids}' END
            ) AS listed (id)
        ) AS named
        WHERE jsonb_typeof(named.id) IN ('string', 'number')
          AND length(named.id #>> '{}') BETWEEN 1 AND 200
    );
    outcome := CASE
        WHEN cardinality(provider_message_ids) NOT BETWEEN 1 AND 100 THEN NULL
        WHEN p_preset = 'zalo' THEN CASE v_hook ->> 'event_name'
            WHEN 'user_received_message' THEN 'delivered'
            WHEN 'user_seen_message' THEN 'opened'
        END
        ELSE CASE v_hook ->> 'MessageStatus'
            WHEN 'delivered' THEN 'delivered'
            WHEN 'read' THEN 'opened'
            WHEN 'failed' THEN 'failed'
            WHEN 'undelivered' THEN 'failed'
            WHEN 'canceled' THEN 'failed'
            WHEN 'accepted' THEN 'none'
            WHEN 'scheduled' THEN 'none'
            WHEN 'queued' THEN 'none'
            WHEN 'sending' THEN 'none'
            WHEN 'sent' THEN 'none'
            WHEN 'partially_delivered' THEN 'none'
        END
    END;
    occurred_at := c360._client_time(v_hook ->> 'timestamp');
    IF (occurred_at BETWEEN now() - interval '1 year' AND now()) IS NOT TRUE THEN
        occurred_at := now();
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._callback_of(text, text) IS
    'What the webhook of a provider says became of messages; outcome is NULL for one about something else.';
