-- How far golden records came in a funnel from each of their beginnings: a row for each step they came to and day on which they began. From a
-- beginning the earliest next step is the best one, because the time runs from the beginning. An event is no step after itself, nor is one of the
-- same moment. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._funnel_entries(
    p_master_profile_ids uuid[],
    p_steps              text[],
    p_within             interval,
    p_zone               text,
    p_first_day          date
)
    RETURNS SETOF c360.funnel_entry
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_from   timestamptz := p_first_day::timestamp AT TIME ZONE p_zone;
    v_places c360.funnel_place[];
BEGIN
    FOR v_step IN 1..cardinality(p_steps) LOOP
        v_places := ARRAY(
            WITH came AS (
                SELECT
                    link.master_profile_id,
                    event.occurred_at
                FROM cdp_profile_links AS link
                JOIN cdp_behavioral_events AS event ON event.raw_profile_id = link.raw_profile_id
                WHERE link.master_profile_id = ANY (p_master_profile_ids)
                  AND event.event_name = p_steps[v_step]
                  AND event.occurred_at >= v_from
            ),
            seen AS (
                SELECT
                    place.master_profile_id,
                    place.occurred_at,
                    place.entered_at,
                    false AS is_next
                FROM unnest(v_places) AS place
                UNION ALL
                SELECT
                    came.master_profile_id,
                    came.occurred_at,
                    NULL,
                    true
                FROM came
            ),
            followed AS (
                SELECT
                    seen.*,
                    min(seen.occurred_at) FILTER (WHERE seen.is_next) OVER (
                        PARTITION BY seen.master_profile_id
                        -- From the last one back: the frame only grows, so that it is gone through once, also for somebody with very many events.
                        ORDER BY seen.occurred_at DESC
                        RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 microsecond' PRECEDING
                    ) AS next_at
                FROM seen
            )
            SELECT ROW(followed.master_profile_id, followed.next_at, followed.entered_at)::c360.funnel_place
            FROM followed
            WHERE v_step > 1
              AND NOT followed.is_next
              AND followed.next_at <= followed.entered_at + p_within
            UNION ALL
            SELECT ROW(came.master_profile_id, came.occurred_at, came.occurred_at)::c360.funnel_place
            FROM came
            WHERE v_step = 1
        );
        EXIT WHEN v_places = '{}';

        RETURN QUERY
        SELECT DISTINCT
            place.master_profile_id,
            (place.entered_at AT TIME ZONE p_zone)::date,
            v_step
        FROM unnest(v_places) AS place;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._funnel_entries(uuid[], text[], interval, text, date) IS
    'Which steps of a funnel golden records came to, by the day on which they began.';
