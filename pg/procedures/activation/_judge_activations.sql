-- Whether rules may contact candidates as of a moment, and why not: one row for each. profile_id is the golden record they are now. reasons:
-- rule_removed, rule_paused, webhook_missing (nobody would be told), person_gone, expired, segment_missing (nobody can be told to be outside it), segment_hidden, not_in_segment, in_excluded_segment, superseded
-- (the event happened again, the wait began anew), meanwhile (one of the events happened that the rule says unless of), score_hidden, score_back (on this side of its line again), not_silent
-- (did the event within these days, or never), address_missing (an attribute it needs), no_consent, once_per, cap. resumes_at: quiet
-- hours of the person, until then. Two candidates that are one person must not be asked about in one call if both are to count. Decisions made with
-- it are kept from others by the lock of activations. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._judge_activations(
    p_tenant     text,
    p_candidates c360.activation_candidate[],
    p_as_of      timestamptz,
    p_expires    boolean DEFAULT true
)
    RETURNS TABLE (place bigint, rule text, profile_id uuid, reasons text[], resumes_at timestamptz, expires_at timestamptz, document jsonb)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_known  text[] := ARRAY(SELECT state.segment FROM cdp_segment_states AS state);
    v_hidden text[] := c360._hidden_segments(p_tenant);
    v_masked text[] := c360._masked_scores(p_tenant);
    v_zone   text := (SELECT tenant.time_zone FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
BEGIN
    RETURN QUERY
    WITH candidate AS MATERIALIZED (
        SELECT
            given.place AS number,
            given.rule AS code,
            given.happened_at,
            stated.rule IS NOT NULL AS is_known,
            stated.status,
            stated.definition,
            stated.is_unheard,
            stated.segments,
            current.master_profile_id AS person,
            CASE
                WHEN current.master_profile_id IS NOT NULL AND stated.definition ?| '{needs,attributes,quiet}' THEN to_jsonb(current.*)
            END AS document,
            given.happened_at + coalesce((stated.definition #>> '{when,wait}')::interval, interval '0')
                + make_interval(days => coalesce((stated.definition #>> '{when,no_event,days}')::integer, 0))
                + coalesce(stated.definition ->> 'expires_after', '1 day')::interval AS ends_at
        FROM unnest(p_candidates) AS given
        LEFT JOIN (
            SELECT
                listed.rule,
                listed.status,
                listed.definition,
                c360._activation_segments(listed.definition) AS segments,
                NOT c360._has_receiver(p_tenant, listed.definition ->> 'subscription') AND listed.definition ? 'subscription' AS is_unheard
            FROM c360.activation_rules AS listed
            WHERE listed.tenant = p_tenant
            OFFSET 0
        ) AS stated ON stated.rule = given.rule
        LEFT JOIN cdp_master_profiles AS golden ON golden.master_profile_id = given.master_profile_id
        LEFT JOIN cdp_master_profiles AS current
            ON current.master_profile_id = coalesce(golden.merged_into, golden.master_profile_id)
            AND current.status = 'active'
    ),
    allowed AS MATERIALIZED (
        SELECT
            asked.purpose,
            held.master_profile_id AS person
        FROM (
            SELECT
                candidate.definition ->> 'purpose' AS purpose,
                array_agg(DISTINCT candidate.person) AS persons
            FROM candidate
            WHERE candidate.person IS NOT NULL
              AND candidate.is_known
            GROUP BY candidate.definition ->> 'purpose'
        ) AS asked
        CROSS JOIN LATERAL c360._consent_states(p_tenant, asked.persons, asked.purpose) AS held
        WHERE held.is_allowed
    ),
    contacted AS MATERIALIZED (
        SELECT
            candidate.number,
            coalesce(bool_or(
                past.rule = candidate.code AND past.decided_at > p_as_of - (candidate.definition ->> 'once_per')::interval
            ), false) AS is_recent,
            count(*) FILTER (
                WHERE past.channel = candidate.definition ->> 'channel'
                  AND past.decided_at > p_as_of - (candidate.definition #>> '{cap,within}')::interval
            ) AS contacts
        FROM candidate
        CROSS JOIN LATERAL (
            SELECT candidate.person AS member
            UNION ALL
            SELECT absorbed.master_profile_id
            FROM cdp_master_profiles AS absorbed
            WHERE absorbed.merged_into = candidate.person
        ) AS known
        JOIN cdp_activations AS past
            ON past.master_profile_id = known.member
            AND past.is_requested
            AND past.decided_at > p_as_of - interval '367 days'
            AND past.decided_at <= p_as_of
        WHERE candidate.definition ?| '{once_per,cap}'
        GROUP BY candidate.number
    ),
    seen AS (
        SELECT
            candidate.number,
            coalesce(bool_or(
                activity.event_name IN (candidate.definition #>> '{when,event}', candidate.definition #>> '{when,no_event,event}')
            ), false) AS is_again,
            coalesce(bool_or(candidate.definition #> '{when,unless}' ? activity.event_name), false) AS is_settled
        FROM candidate
        JOIN cdp_profile_links AS link ON link.master_profile_id = candidate.person
        JOIN cdp_activity AS activity
            ON activity.raw_profile_id = link.raw_profile_id
            AND activity.last_at > candidate.happened_at
        WHERE candidate.definition -> 'when' ?| '{wait,unless,no_event}'
        GROUP BY candidate.number
    ),
    silent AS (
        SELECT candidate.number
        FROM candidate
        JOIN cdp_profile_links AS link ON link.master_profile_id = candidate.person
        JOIN cdp_activity AS activity
            ON activity.raw_profile_id = link.raw_profile_id
            AND activity.event_name = candidate.definition #>> '{when,no_event,event}'
        WHERE candidate.definition -> 'when' ? 'no_event'
        GROUP BY
            candidate.number,
            (candidate.definition #>> '{when,no_event,days}')::integer
        HAVING max(activity.last_at) <= p_as_of - make_interval(days => (candidate.definition #>> '{when,no_event,days}')::integer)
    ),
    beyond AS MATERIALIZED (
        SELECT
            asked.code,
            found.person
        FROM (
            SELECT
                candidate.code,
                candidate.definition #> '{when,score_crossed}' AS line,
                array_agg(DISTINCT candidate.person) AS persons
            FROM candidate
            WHERE candidate.definition -> 'when' ? 'score_crossed'
              AND candidate.person IS NOT NULL
            GROUP BY
                candidate.code,
                candidate.definition #> '{when,score_crossed}'
        ) AS asked
        CROSS JOIN LATERAL c360._persons_beyond(p_tenant, asked.line, asked.persons) AS found (person)
    )
    SELECT
        candidate.number,
        candidate.code,
        candidate.person,
        array_remove(ARRAY[
            CASE WHEN NOT candidate.is_known THEN 'rule_removed' WHEN candidate.status <> 'active' THEN 'rule_paused' END,
            CASE WHEN candidate.is_unheard THEN 'webhook_missing' END,
            CASE WHEN candidate.person IS NULL THEN 'person_gone' END,
            CASE WHEN p_expires AND candidate.ends_at <= p_as_of THEN 'expired' END,
            CASE
                WHEN EXISTS (
                    SELECT
                    FROM unnest(candidate.segments) AS named (segment)
                    WHERE named.segment <> ALL (v_known)
                ) THEN 'segment_missing'
            END,
            CASE WHEN candidate.segments && v_hidden THEN 'segment_hidden' END,
            CASE
                WHEN EXISTS (
                    SELECT
                    FROM (
                        VALUES
                            (candidate.definition #>> '{when,segment_entered}'),
                            (candidate.definition ->> 'segment')
                    ) AS wanted (name)
                    WHERE wanted.name IS NOT NULL
                      AND NOT EXISTS (
                          SELECT
                          FROM cdp_segment_members AS member
                          WHERE member.segment = wanted.name
                            AND member.master_profile_id = candidate.person
                      )
                ) THEN 'not_in_segment'
            END,
            CASE
                WHEN EXISTS (
                    SELECT
                    FROM cdp_segment_members AS member
                    WHERE member.segment IN (candidate.definition #>> '{when,segment_left}', candidate.definition ->> 'not_in_segment')
                      AND member.master_profile_id = candidate.person
                ) THEN 'in_excluded_segment'
            END,
            CASE WHEN seen.is_again AND candidate.definition -> 'when' ?| '{wait,no_event}' THEN 'superseded' END,
            CASE WHEN seen.is_settled THEN 'meanwhile' END,
            CASE WHEN candidate.definition #>> '{when,score_crossed,score}' = ANY (v_masked) THEN 'score_hidden' END,
            CASE WHEN candidate.definition -> 'when' ? 'score_crossed' AND beyond.person IS NULL THEN 'score_back' END,
            CASE WHEN candidate.definition -> 'when' ? 'no_event' AND silent.number IS NULL THEN 'not_silent' END,
            CASE
                WHEN EXISTS (
                    SELECT
                    FROM jsonb_array_elements_text(candidate.definition -> 'needs') AS needed (name)
                    WHERE coalesce(candidate.document ->> needed.name, '') = ''
                ) THEN 'address_missing'
            END,
            CASE WHEN candidate.is_known AND allowed.person IS NULL THEN 'no_consent' END,
            CASE WHEN contacted.is_recent THEN 'once_per' END,
            CASE WHEN contacted.contacts >= (candidate.definition #>> '{cap,count}')::integer THEN 'cap' END
        ], NULL),
        CASE
            WHEN candidate.definition ? 'quiet' THEN c360._night_ends_at(
                p_as_of,
                (candidate.definition #>> '{quiet,from}')::time,
                (candidate.definition #>> '{quiet,to}')::time,
                nullif(candidate.document ->> 'time_zone', ''),
                v_zone
            )
        END,
        candidate.ends_at,
        candidate.document
    FROM candidate
    LEFT JOIN seen ON seen.number = candidate.number
    LEFT JOIN silent ON silent.number = candidate.number
    LEFT JOIN contacted ON contacted.number = candidate.number
    LEFT JOIN beyond
        ON beyond.code = candidate.code
        AND beyond.person = candidate.person
    LEFT JOIN allowed
        ON allowed.purpose = candidate.definition ->> 'purpose'
        AND allowed.person = candidate.person
    ORDER BY candidate.number;
END;
$$;

COMMENT ON FUNCTION c360._judge_activations(text, c360.activation_candidate[], timestamptz, boolean) IS
    'Whether rules may contact candidates, and why not.';
