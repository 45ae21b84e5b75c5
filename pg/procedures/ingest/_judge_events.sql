-- Reads events and judges each: code IS NULL means good. Pure: no table, no clock but the one handed in, never raises.
-- p_ip says what of context.ip is kept; no answer holds more, not even of a refused event.
-- Steps are materialised: a column used in several places is computed once.
-- The order of the WHENs is the order in which an event with several faults is told about them.

CREATE OR REPLACE FUNCTION c360._judge_events(
    p_events       c360.sent_event[],
    p_received_at  timestamptz,
    p_ip           text DEFAULT 'keep'
)
    RETURNS TABLE (
        request       integer,
        index         integer,
        message_id    text,
        type          text,
        event_name    text,
        occurred_at   timestamptz,
        clock_status  text,
        identifiers   jsonb,
        traits        jsonb,
        payload       jsonb,
        sent          text,
        code          text
    )
    LANGUAGE sql
    STABLE
AS $$
    WITH given AS MATERIALIZED (
        SELECT
            item.request,
            item.index,
            item.event AS sent_event,
            item.unstorable,
            item.is_import,
            CASE
                WHEN p_ip <> 'keep' AND whole.event #> '{context,ip}' IS NOT NULL THEN c360._with_kept_ip(whole.event, p_ip)
                ELSE whole.event
            END AS event
        FROM unnest(p_events) AS item
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN jsonb_typeof(item.event) <> 'object' THEN NULL
                WHEN item.envelope <> '{}' THEN c360._complete_event(item.event, item.envelope, item.type)
                WHEN item.type IS NOT NULL THEN (item.event - 'writeKey') || jsonb_build_object('type', item.type)
                WHEN item.event ? 'writeKey' THEN item.event - 'writeKey'
                ELSE item.event
            END AS event
            OFFSET 0
        ) AS whole
    ),
    fields AS MATERIALIZED (
        SELECT
            given.*,
            given.event ->> 'type' AS type,
            given.event ->> 'messageId' AS message_id,
            nullif(btrim(given.event ->> 'userId'), '') AS user_id,
            nullif(btrim(given.event ->> 'anonymousId'), '') AS anonymous_id,
            nullif(btrim(given.event ->> 'groupId'), '') AS group_id,
            nullif(btrim(given.event ->> 'previousId'), '') AS previous_id,
            nullif(btrim(given.event ->> 'event'), '') AS event_name,
            given.event -> 'context' AS context,
            c360._client_time(given.event ->> 'sentAt') AS sent_at,
            c360._client_time(given.event ->> 'timestamp') AS stated_at,
            c360._client_time(given.event ->> 'originalTimestamp') AS original_at,
            coalesce(given.event ->> 'timestamp', given.event ->> 'originalTimestamp') IS NOT NULL AS has_clock
        FROM given
    ),
    clocks AS MATERIALIZED (
        SELECT
            fields.*,
            CASE
                WHEN fields.is_import THEN coalesce(fields.stated_at, fields.original_at)
                WHEN fields.sent_at IS NULL THEN coalesce(fields.stated_at, fields.original_at)
                WHEN fields.sent_at - coalesce(fields.original_at, fields.stated_at)
                    BETWEEN interval '-1 day' AND interval '36525 days'
                    THEN p_received_at - (fields.sent_at - coalesce(fields.original_at, fields.stated_at))
            END AS client_at,
            NOT fields.is_import AND fields.sent_at IS NOT NULL AS is_corrected
        FROM fields
    ),
    judged AS MATERIALIZED (
        SELECT
            clocks.*,
            coalesce(
                clocks.client_at BETWEEN greatest(timestamptz '1970-01-01 00:00:00Z', p_received_at - interval '100 years')
                    AND p_received_at + interval '1 day',
                false
            ) AS is_plausible,
            CASE
                WHEN clocks.unstorable IS NOT NULL OR clocks.sent_event IS NULL THEN 'U1102'
                WHEN clocks.event IS NULL THEN 'U1101'
                WHEN pg_column_size(clocks.sent_event) > 8192 AND c360._is_oversized(clocks.sent_event) THEN 'U1103'
                WHEN jsonb_typeof(clocks.event -> 'messageId') NOT IN ('string', 'null')
                    OR length(clocks.message_id) > 100 THEN 'U1104'
                -- What _chat_batch() makes of a webhook that it does not understand.
                WHEN clocks.type IN ('chatwoot', 'telegram', 'twilio', 'zalo') THEN 'U1116'
                -- What _consent_event() makes of a body that says yes or no to nothing.
                WHEN clocks.type = 'consent' THEN 'U1117'
                WHEN jsonb_typeof(clocks.event -> 'type') IS DISTINCT FROM 'string'
                    OR clocks.type NOT IN ('identify', 'track', 'page', 'screen', 'group', 'alias') THEN 'U1105'
                WHEN jsonb_typeof(clocks.event -> 'userId') IN ('object', 'array', 'boolean')
                    OR jsonb_typeof(clocks.event -> 'anonymousId') IN ('object', 'array', 'boolean')
                    OR jsonb_typeof(clocks.event -> 'groupId') IN ('object', 'array', 'boolean')
                    OR jsonb_typeof(clocks.event -> 'previousId') IN ('object', 'array', 'boolean') THEN 'U1106'
                WHEN greatest(length(clocks.user_id), length(clocks.anonymous_id), length(clocks.group_id),
                    length(clocks.previous_id)) > 500 THEN 'U1107'
                WHEN clocks.type = 'track' AND (clocks.event_name IS NULL
                    OR jsonb_typeof(clocks.event -> 'event') <> 'string') THEN 'U1109'
                WHEN clocks.type = 'track' AND length(clocks.event_name) > 500 THEN 'U1110'
                WHEN clocks.type = 'group' AND clocks.group_id IS NULL THEN 'U1111'
                WHEN clocks.type = 'alias' AND (clocks.previous_id IS NULL OR clocks.user_id IS NULL) THEN 'U1112'
                WHEN clocks.user_id IS NULL AND clocks.anonymous_id IS NULL THEN 'U1108'
            END AS code
        FROM clocks
    )
    SELECT
        judged.request,
        judged.index,
        nullif(judged.message_id, ''),
        judged.type,
        CASE judged.type WHEN 'track' THEN judged.event_name ELSE judged.type END,
        CASE WHEN judged.is_plausible THEN judged.client_at ELSE p_received_at END,
        CASE
            WHEN NOT judged.has_clock THEN 'missing'
            WHEN NOT judged.is_plausible THEN 'implausible'
            WHEN judged.is_corrected THEN 'corrected'
            ELSE 'ok'
        END,
        CASE
            WHEN judged.code IS NOT NULL THEN NULL
            WHEN judged.type = 'alias'
                OR jsonb_typeof(judged.context -> 'externalIds') = 'array'
                OR jsonb_typeof(judged.context -> 'device' -> 'id') IN ('string', 'number')
                THEN c360._event_identifiers(judged.event)
            ELSE jsonb_strip_nulls(jsonb_build_object(
                'user_id', judged.user_id,
                'anonymous_id', judged.anonymous_id
            ))
        END,
        CASE
            WHEN judged.type = 'identify' AND jsonb_typeof(judged.event -> 'traits') = 'object'
                THEN CASE
                    WHEN jsonb_typeof(judged.context -> 'traits') = 'object' THEN (judged.context -> 'traits') || (judged.event -> 'traits')
                    ELSE judged.event -> 'traits'
                END
            WHEN jsonb_typeof(judged.context -> 'traits') = 'object'
                THEN judged.context -> 'traits'
            ELSE '{}'
        END,
        judged.event,
        CASE
            WHEN judged.code IS NOT NULL
                THEN coalesce(judged.event::text, c360._text_with_kept_ip(coalesce(judged.sent_event::text, judged.unstorable, ''), p_ip))
        END,
        judged.code
    FROM judged;
$$;

COMMENT ON FUNCTION c360._judge_events(c360.sent_event[], timestamptz, text) IS
    'Events as columns, each with the SQLSTATE that refuses it or NULL.';
