-- Notes until when these golden records have to be silent to set a rule off: n days from the last event of the name it waits for. One a person and
-- rule waits, of the latest event; an event that fills the gap moves it. It is known by the observation and the moment of that event, which merge and split
-- leave alone: so a silence sets a rule off once, whoever has the observation. Who was contacted about a silence since their last event is silent still: an
-- event that comes late, from before the contact, does not set the rule off again. What was over before the rule began is not noted.
-- Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_silences(p_tenant text, p_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'no_event'
    ) THEN
        RETURN;
    END IF;

    WITH silent AS MATERIALIZED (
        SELECT DISTINCT ON (stated.rule, link.master_profile_id)
            stated.rule,
            link.master_profile_id AS id,
            format('silence:%s:%s', activity.raw_profile_id, (extract(epoch FROM activity.last_at) * 1000000)::bigint) AS trigger_key,
            activity.last_at AS happened_at,
            activity.last_at + make_interval(days => (stated.definition #>> '{when,no_event,days}')::integer) AS due_at,
            stated.active_since,
            coalesce(stated.definition ->> 'expires_after', '1 day')::interval AS expires_after
        FROM c360.activation_rules AS stated
        CROSS JOIN unnest(p_ids) AS touched (id)
        JOIN cdp_profile_links AS link ON link.master_profile_id = touched.id
        JOIN cdp_activity AS activity
            ON activity.raw_profile_id = link.raw_profile_id
            AND activity.event_name = stated.definition #>> '{when,no_event,event}'
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'no_event'
        ORDER BY
            stated.rule,
            link.master_profile_id,
            activity.last_at DESC,
            activity.raw_profile_id
    ),
    wanted AS MATERIALIZED (
        SELECT silent.*
        FROM silent
        WHERE silent.due_at >= silent.active_since
          AND silent.due_at + silent.expires_after > now() - interval '1 day'
          AND NOT EXISTS (
              SELECT
              FROM cdp_activations AS past
              WHERE past.rule = silent.rule
                AND past.trigger_key = silent.trigger_key
          )
          AND NOT EXISTS (
              SELECT
              FROM cdp_activations AS past
              WHERE past.master_profile_id IN (
                  SELECT silent.id
                  UNION ALL
                  SELECT absorbed.master_profile_id
                  FROM cdp_master_profiles AS absorbed
                  WHERE absorbed.merged_into = silent.id
              )
                AND past.rule = silent.rule
                AND past.trigger_key LIKE 'silence:%'
                AND past.is_requested
                AND past.decided_at > silent.happened_at
          )
    ),
    ended AS (
        DELETE FROM cdp_activation_queue AS work
        USING c360.activation_rules AS stated
        WHERE work.master_profile_id = ANY (p_ids)
          AND stated.tenant = p_tenant
          AND stated.rule = work.rule
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'no_event'
          AND NOT EXISTS (
              SELECT
              FROM wanted
              WHERE wanted.rule = work.rule
                AND wanted.trigger_key = work.trigger_key
          )
    )
    INSERT INTO cdp_activation_queue AS work (rule, master_profile_id, trigger_key, happened_at, due_at)
    SELECT
        wanted.rule,
        wanted.id,
        wanted.trigger_key,
        wanted.happened_at,
        wanted.due_at
    FROM wanted
    ORDER BY
        wanted.rule,
        wanted.trigger_key
    ON CONFLICT (rule, trigger_key) DO UPDATE
    SET master_profile_id = excluded.master_profile_id
    WHERE work.master_profile_id <> excluded.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._note_silences(text, uuid[]) IS
    'Notes until when golden records have to be silent to set rules of activation off.';
