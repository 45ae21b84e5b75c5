-- Counts the days of observations anew from their events: those from so many days before the last counted event on, where all that is
-- new is there; all of them with p_reach NULL. Answers the observations of which more is new: nothing of those is changed. What
-- retention has removed is in past_count and stays. All of it is one statement, so that counts and events are of one moment. Trusts
-- the search_path and the lock of profiles. Reads by index. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._recount_days(p_raw_profile_ids bigint[], p_zone text, p_reach integer)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_settled bigint[];
BEGIN
    IF cardinality(p_raw_profile_ids) = 0 THEN
        RETURN '{}';
    END IF;

    WITH wanted AS MATERIALIZED (
        SELECT
            listed.id AS raw_profile_id,
            coalesce(state.past_to, '-infinity') AS past_to,
            counted.event_count,
            counted.event_count - state.accounted_count AS new_count,
            CASE
                WHEN p_reach IS NULL THEN '-infinity'
                ELSE (state.last_at AT TIME ZONE p_zone)::date - p_reach
            END AS from_day
        FROM unnest(p_raw_profile_ids) AS listed (id)
        LEFT JOIN LATERAL (
            SELECT noted.*
            FROM cdp_activity_states AS noted
            WHERE noted.raw_profile_id = listed.id
            OFFSET 0
        ) AS state ON true
        CROSS JOIN LATERAL (
            SELECT sum(activity.event_count)::bigint AS event_count
            FROM cdp_activity AS activity
            WHERE activity.raw_profile_id = listed.id
            OFFSET 0
        ) AS counted
        WHERE counted.event_count IS NOT NULL
          AND (p_reach IS NULL OR (state.time_zone = p_zone AND state.last_at IS NOT NULL))
    ),
    visible AS MATERIALIZED (
        SELECT
            wanted.raw_profile_id,
            event.day,
            event.event_name,
            count(*) AS event_count,
            max(event.occurred_at) AS last_at
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT
                own.event_name,
                own.occurred_at,
                (own.occurred_at AT TIME ZONE p_zone)::date AS day
            FROM cdp_behavioral_events AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
              -- A day earlier: a zone may have days that begin late.
              AND own.occurred_at >= (wanted.from_day - 1)::timestamp AT TIME ZONE p_zone
              AND own.received_at >= wanted.past_to
            OFFSET 0
        ) AS event
        WHERE event.day >= wanted.from_day
        GROUP BY
            wanted.raw_profile_id,
            event.day,
            event.event_name
    ),
    differing AS MATERIALIZED (
        SELECT
            coalesce(visible.raw_profile_id, known.raw_profile_id) AS raw_profile_id,
            coalesce(visible.day, known.day) AS day,
            coalesce(visible.event_name, known.event_name) AS event_name,
            coalesce(visible.event_count, 0) AS event_count,
            coalesce(visible.event_count, 0) - coalesce(known.kept_count, 0) AS gain
        FROM visible
        FULL JOIN (
            SELECT own.*
            FROM wanted
            CROSS JOIN LATERAL (
                SELECT days.*
                FROM cdp_activity_days AS days
                WHERE days.raw_profile_id = wanted.raw_profile_id
                  AND days.day >= wanted.from_day
                OFFSET 0
            ) AS own
        ) AS known
            ON known.raw_profile_id = visible.raw_profile_id
            AND known.day = visible.day
            AND known.event_name = visible.event_name
        WHERE coalesce(visible.event_count, 0) <> coalesce(known.kept_count, 0)
    ),
    settled AS MATERIALIZED (
        SELECT
            wanted.raw_profile_id,
            wanted.event_count,
            latest.last_at
        FROM wanted
        LEFT JOIN (
            SELECT
                differing.raw_profile_id,
                sum(differing.gain) AS gain
            FROM differing
            GROUP BY differing.raw_profile_id
        ) AS gained ON gained.raw_profile_id = wanted.raw_profile_id
        LEFT JOIN (
            SELECT
                visible.raw_profile_id,
                max(visible.last_at) AS last_at
            FROM visible
            GROUP BY visible.raw_profile_id
        ) AS latest ON latest.raw_profile_id = wanted.raw_profile_id
        WHERE p_reach IS NULL
           OR wanted.new_count = coalesce(gained.gain, 0)
    ),
    counted AS (
        INSERT INTO cdp_activity_days AS known (raw_profile_id, day, event_name, kept_count)
        SELECT
            differing.raw_profile_id,
            differing.day,
            differing.event_name,
            differing.event_count
        FROM differing
        JOIN settled ON settled.raw_profile_id = differing.raw_profile_id
        ORDER BY 1, 2, 3
        ON CONFLICT (raw_profile_id, day, event_name) DO UPDATE
        SET kept_count = excluded.kept_count
    ),
    noted AS (
        INSERT INTO cdp_activity_states AS state (raw_profile_id, accounted_count, last_at, time_zone)
        SELECT
            settled.raw_profile_id,
            settled.event_count,
            settled.last_at,
            p_zone
        FROM settled
        ORDER BY settled.raw_profile_id
        ON CONFLICT (raw_profile_id) DO UPDATE
        SET accounted_count = excluded.accounted_count,
            last_at = greatest(state.last_at, excluded.last_at),
            time_zone = excluded.time_zone
    )
    SELECT array_agg(settled.raw_profile_id)
    INTO v_settled
    FROM settled;

    DELETE FROM cdp_activity_days AS known
    WHERE known.raw_profile_id = ANY (v_settled)
      AND known.kept_count = 0
      AND known.past_count = 0;

    RETURN ARRAY(
        SELECT listed.id
        FROM unnest(p_raw_profile_ids) AS listed (id)
        EXCEPT
        SELECT settled.id
        FROM unnest(v_settled) AS settled (id)
    );
END;
$$;

COMMENT ON FUNCTION c360._recount_days(bigint[], text, integer) IS
    'Counts the days of observations anew from their events, from a time on.';
