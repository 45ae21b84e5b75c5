-- The rules of activation for a purpose (and a channel, unless NULL), and whether each would contact a person as it stands. What sets a rule off: what
-- waits for it; the event or merge that happened last; a segment the person is in or has left; a score beyond its line; a silence. Reasons are those of _judge_activations(), and
-- not_set_off: nothing did; contacted: the rule has asked for the contact already; quiet_hours: it would expire until they end;
-- channel_not_of_purpose. Rules that look at hidden segments or scores are left out, because their reasons would tell. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._agent_contacts(
    p_tenant            text,
    p_master_profile_id uuid,
    p_purpose           text,
    p_channel           text,
    p_as_of             timestamptz
)
    RETURNS c360.agent_contact[]
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_hidden   text[] := c360._hidden_segments(p_tenant);
    v_masked   text[] := c360._masked_scores(p_tenant);
    v_channels text[] := (
        SELECT stated.channels
        FROM c360.consent_purposes AS stated
        WHERE stated.tenant = p_tenant
          AND stated.purpose = p_purpose
    );
    v_family   uuid[] := c360._family_of(p_master_profile_id);
    v_contacts c360.agent_contact[];
BEGIN
    WITH rule AS MATERIALIZED (
        SELECT
            row_number() OVER (ORDER BY stated.rule) AS place,
            stated.rule,
            stated.title,
            stated.definition,
            stated.definition -> 'when' AS cause
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition ->> 'purpose' = p_purpose
          AND (p_channel IS NULL OR stated.definition ->> 'channel' = p_channel)
          AND NOT coalesce(stated.definition #>> '{when,score_crossed,score}' = ANY (v_masked), false)
          AND NOT c360._activation_segments(stated.definition) && v_hidden
    ),
    asked AS MATERIALIZED (
        SELECT
            rule.*,
            caused.happened_at,
            waiting.due_at,
            EXISTS (
                SELECT
                FROM cdp_activations AS past
                WHERE past.master_profile_id = ANY (v_family)
                  AND past.rule = rule.rule
                  AND past.is_requested
                  -- Of a silence the last event may have come late: who was contacted since is silent still.
                  AND CASE WHEN rule.cause ? 'no_event' THEN past.decided_at ELSE past.happened_at END >= caused.happened_at
            ) AND waiting.due_at IS NULL AS is_contacted
        FROM rule
        LEFT JOIN LATERAL (
            SELECT
                max(work.happened_at) AS happened_at,
                max(work.due_at) AS due_at
            FROM cdp_activation_queue AS work
            WHERE work.master_profile_id = ANY (v_family)
              AND work.rule = rule.rule
        ) AS waiting ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(
                waiting.happened_at,
                CASE
                    -- Whether it is beyond its line is judged below; since when, nobody knows.
                    WHEN rule.cause ? 'score_crossed' THEN '-infinity'
                    WHEN rule.cause ?| '{event,no_event}' THEN (
                        SELECT max(activity.last_at)
                        FROM cdp_profile_links AS link
                        JOIN cdp_activity AS activity ON activity.raw_profile_id = link.raw_profile_id
                        WHERE link.master_profile_id = p_master_profile_id
                          AND activity.event_name = coalesce(rule.cause #>> '{no_event,event}', rule.cause ->> 'event')
                          AND activity.last_at <= p_as_of
                    )
                    WHEN rule.cause ? 'segment_entered' THEN (
                        SELECT member.entered_at
                        FROM cdp_segment_members AS member
                        WHERE member.segment = rule.cause ->> 'segment_entered'
                          AND member.master_profile_id = p_master_profile_id
                    )
                    WHEN rule.cause ? 'segment_left' THEN (
                        SELECT max(change.changed_at)
                        FROM cdp_segment_changes AS change
                        WHERE change.master_profile_id = p_master_profile_id
                          AND change.segment = rule.cause ->> 'segment_left'
                          AND change.change = 'left'
                    )
                    ELSE (
                        SELECT max(merge.merged_at)
                        FROM cdp_profile_merges AS merge
                        WHERE merge.survivor_id = p_master_profile_id
                    )
                END
            ) AS happened_at
        ) AS caused
    ),
    judged AS (
        SELECT told.*
        FROM c360._judge_activations(
            p_tenant,
            ARRAY(
                SELECT ROW(
                    asked.place,
                    asked.rule,
                    p_master_profile_id,
                    -- Who is in a segment or beyond a line is so now, as where a rule is previewed.
                    CASE WHEN asked.cause ?| '{segment_entered,score_crossed}' THEN p_as_of ELSE coalesce(asked.happened_at, p_as_of) END
                )::c360.activation_candidate
                FROM asked
            ),
            p_as_of
        ) AS told
    )
    SELECT coalesce(array_agg(
        ROW(
            asked.rule,
            asked.title,
            asked.definition ->> 'channel',
            asked.definition,
            greatest(p_as_of, asked.due_at, judged.resumes_at),
            judged.expires_at,
            judged.resumes_at,
            judged.reasons || array_remove(ARRAY[
                CASE WHEN asked.happened_at IS NULL THEN 'not_set_off' END,
                CASE WHEN asked.is_contacted THEN 'contacted' END,
                CASE WHEN greatest(p_as_of, asked.due_at, judged.resumes_at) >= judged.expires_at AND judged.expires_at > p_as_of THEN 'quiet_hours' END,
                CASE WHEN v_channels <> '{}' AND asked.definition ->> 'channel' <> ALL (v_channels) THEN 'channel_not_of_purpose' END
            ], NULL),
            judged.document
        )::c360.agent_contact
        ORDER BY asked.place
    ), '{}')
    INTO v_contacts
    FROM asked
    JOIN judged ON judged.place = asked.place;

    RETURN v_contacts;
END;
$$;

COMMENT ON FUNCTION c360._agent_contacts(text, uuid, text, text, timestamptz) IS
    'The rules of activation for a purpose, and whether each would contact a person as it stands.';
