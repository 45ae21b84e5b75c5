-- Adds the events after the last counted one to the days of observations, where these are all that is new: as many as cdp_activity
-- counted since. So who comes back costs what is new, however much was before. Answers the observations of which more is new, or
-- earlier events: nothing of those is changed. All of it is one statement, so that counts and events are of one moment. Trusts the
-- search_path and the lock of profiles. Reads by index.

CREATE OR REPLACE FUNCTION c360._count_latest_events(p_raw_profile_ids bigint[], p_zone text)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_settled bigint[];
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT
            state.raw_profile_id,
            state.last_at,
            state.past_to,
            counted.event_count,
            counted.event_count - state.accounted_count AS new_count
        FROM unnest(p_raw_profile_ids) AS listed (id)
        JOIN cdp_activity_states AS state ON state.raw_profile_id = listed.id
        CROSS JOIN LATERAL (
            SELECT sum(activity.event_count)::bigint AS event_count
            FROM cdp_activity AS activity
            WHERE activity.raw_profile_id = listed.id
            OFFSET 0
        ) AS counted
        WHERE state.time_zone = p_zone
          AND state.last_at IS NOT NULL
          AND counted.event_count > state.accounted_count
    ),
    found AS MATERIALIZED (
        SELECT
            wanted.raw_profile_id,
            wanted.event_count,
            wanted.new_count,
            event.event_name,
            event.occurred_at
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT
                own.event_name,
                own.occurred_at
            FROM cdp_behavioral_events AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
              AND own.occurred_at > wanted.last_at
              AND own.received_at >= wanted.past_to
            ORDER BY own.occurred_at
            -- One more than expected tells enough.
            LIMIT wanted.new_count + 1
        ) AS event
    ),
    settled AS MATERIALIZED (
        SELECT
            found.raw_profile_id,
            found.event_count,
            max(found.occurred_at) AS last_at
        FROM found
        GROUP BY
            found.raw_profile_id,
            found.event_count,
            found.new_count
        HAVING count(*) = found.new_count
    ),
    counted AS (
        INSERT INTO cdp_activity_days AS known (raw_profile_id, day, event_name, kept_count)
        SELECT
            found.raw_profile_id,
            (found.occurred_at AT TIME ZONE p_zone)::date,
            found.event_name,
            count(*)
        FROM found
        JOIN settled ON settled.raw_profile_id = found.raw_profile_id
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
        ON CONFLICT (raw_profile_id, day, event_name) DO UPDATE
        SET kept_count = known.kept_count + excluded.kept_count
    ),
    noted AS (
        UPDATE cdp_activity_states AS state
        SET accounted_count = settled.event_count,
            last_at = settled.last_at
        FROM settled
        WHERE state.raw_profile_id = settled.raw_profile_id
    )
    SELECT array_agg(settled.raw_profile_id)
    INTO v_settled
    FROM settled;

    RETURN ARRAY(
        SELECT listed.id
        FROM unnest(p_raw_profile_ids) AS listed (id)
        EXCEPT
        SELECT settled.id
        FROM unnest(v_settled) AS settled (id)
    );
END;
$$;

COMMENT ON FUNCTION c360._count_latest_events(bigint[], text) IS
    'Adds the latest events of observations to their days, where nothing else is new.';
