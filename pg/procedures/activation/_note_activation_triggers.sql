-- Notes what happened to touched golden records that sets rules off: events by the names the rules wait for, of the last seven days, at most
-- the latest hundred of an observation, merges, silence and scores. Each
-- sets a rule off once. What expired more than a day ago is left alone: a decision about it may be gone by then. Called by refresh_profiles(), in its transaction. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_activation_triggers(p_tenant text, p_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass('cdp_activation_queue') IS NULL THEN
        RETURN;
    END IF;

    PERFORM c360._note_silences(p_tenant, p_ids);
    PERFORM c360._note_score_crossings(p_tenant, p_ids);

    IF NOT EXISTS (
        SELECT
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ?| '{event,merged}'
    ) THEN
        RETURN;
    END IF;

    INSERT INTO cdp_activation_queue (rule, master_profile_id, trigger_key, happened_at, due_at)
    SELECT
        found.rule,
        found.id,
        found.trigger_key,
        found.happened_at,
        found.happened_at + found.wait
    FROM (
        SELECT
            stated.rule,
            link.master_profile_id AS id,
            'event:' || event.event_id AS trigger_key,
            event.occurred_at AS happened_at,
            coalesce((stated.definition #>> '{when,wait}')::interval, interval '0') AS wait,
            coalesce(stated.definition ->> 'expires_after', '1 day')::interval AS expires_after
        FROM c360.activation_rules AS stated
        CROSS JOIN unnest(p_ids) AS touched (id)
        JOIN cdp_profile_links AS link ON link.master_profile_id = touched.id
        JOIN cdp_activity AS activity
            ON activity.raw_profile_id = link.raw_profile_id
            AND activity.event_name = stated.definition #>> '{when,event}'
            AND activity.last_at >= greatest(stated.active_since, now() - interval '7 days')
        CROSS JOIN LATERAL (
            SELECT
                own.event_id,
                own.occurred_at
            FROM cdp_behavioral_events AS own
            WHERE own.raw_profile_id = link.raw_profile_id
              AND own.event_name = stated.definition #>> '{when,event}'
              AND own.occurred_at >= greatest(stated.active_since, now() - interval '7 days')
            ORDER BY own.occurred_at DESC
            LIMIT 100
        ) AS event
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'event'
        UNION ALL
        SELECT
            stated.rule,
            merge.survivor_id,
            'merge:' || merge.merge_id,
            merge.merged_at,
            interval '0',
            coalesce(stated.definition ->> 'expires_after', '1 day')::interval
        FROM c360.activation_rules AS stated
        JOIN cdp_profile_merges AS merge
            ON merge.survivor_id = ANY (p_ids)
            AND merge.merged_at >= stated.active_since
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'merged'
    ) AS found
    WHERE found.happened_at + found.wait + found.expires_after > now() - interval '1 day'
      AND NOT EXISTS (
          SELECT
          FROM cdp_activations AS past
          WHERE past.rule = found.rule
            AND past.trigger_key = found.trigger_key
      )
    ORDER BY
        found.rule,
        found.trigger_key
    ON CONFLICT (rule, trigger_key) DO NOTHING;
END;
$$;

COMMENT ON FUNCTION c360._note_activation_triggers(text, uuid[]) IS
    'Notes what happened to golden records that sets rules of activation off.';
