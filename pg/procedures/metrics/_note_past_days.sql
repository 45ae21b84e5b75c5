-- Moves events that are about to be removed into past_count, so that windows go on counting them: of these observations, as far as they
-- are somebody's, all events received before a time that are still there. What is kept is counted anew beside it. Trusts the
-- search_path and the lock of profiles. Safe to repeat. Days of funnels that cannot be counted any more stay as they are.

CREATE OR REPLACE FUNCTION c360._note_past_days(p_tenant text, p_raw_profile_ids bigint[], p_before timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_zone text := (SELECT tenant.time_zone FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
    v_ids  bigint[];
BEGIN
    PERFORM c360._freeze_funnels(p_tenant, p_before);

    IF to_regclass('cdp_activity_days') IS NULL THEN
        RETURN;
    END IF;

    v_ids := ARRAY(
        SELECT link.raw_profile_id
        FROM cdp_profile_links AS link
        LEFT JOIN cdp_activity_states AS state ON state.raw_profile_id = link.raw_profile_id
        WHERE link.raw_profile_id = ANY (p_raw_profile_ids)
          AND (state.past_to < p_before) IS NOT FALSE
    );

    INSERT INTO cdp_activity_days AS known (raw_profile_id, day, event_name, kept_count, past_count)
    SELECT
        wanted.id,
        (event.occurred_at AT TIME ZONE v_zone)::date,
        event.event_name,
        0,
        count(*)
    FROM unnest(v_ids) AS wanted (id)
    LEFT JOIN cdp_activity_states AS state ON state.raw_profile_id = wanted.id
    CROSS JOIN LATERAL (
        SELECT
            own.event_name,
            own.occurred_at
        FROM cdp_behavioral_events AS own
        WHERE own.raw_profile_id = wanted.id
          AND own.received_at < p_before
          AND own.received_at >= coalesce(state.past_to, '-infinity')
        OFFSET 0
    ) AS event
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (raw_profile_id, day, event_name) DO UPDATE
    SET past_count = known.past_count + excluded.past_count;

    INSERT INTO cdp_activity_states AS state (raw_profile_id, accounted_count, past_to, time_zone)
    SELECT
        wanted.id,
        0,
        p_before,
        v_zone
    FROM unnest(v_ids) AS wanted (id)
    ORDER BY wanted.id
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET past_to = excluded.past_to;

    PERFORM c360._recount_days(v_ids, v_zone, NULL);
END;
$$;

COMMENT ON FUNCTION c360._note_past_days(text, bigint[], timestamptz) IS
    'Lets windows go on counting events that retention removes.';
