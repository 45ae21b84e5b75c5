-- The events of a name by which golden records came from a step of a funnel to the next one: each that has an event of the step before it, and
-- so many days at most after the first step. Of several beginnings the latest counts, because from it the window is longest.
-- Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._next_funnel_places(
    p_places     c360.funnel_place[],
    p_event_name text,
    p_from       timestamptz,
    p_window     interval
)
    RETURNS c360.funnel_place[]
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH seen AS (
            SELECT
                place.master_profile_id,
                place.occurred_at,
                place.entered_at,
                false AS is_next
            FROM unnest(p_places) AS place
            UNION ALL
            SELECT
                link.master_profile_id,
                event.occurred_at,
                NULL,
                true
            FROM (SELECT DISTINCT place.master_profile_id FROM unnest(p_places) AS place) AS wanted
            JOIN cdp_profile_links AS link ON link.master_profile_id = wanted.master_profile_id
            JOIN cdp_behavioral_events AS event ON event.raw_profile_id = link.raw_profile_id
            WHERE event.event_name = p_event_name
              AND event.occurred_at > p_from
        ),
        came AS (
            SELECT
                seen.master_profile_id,
                seen.occurred_at,
                seen.is_next,
                -- An event is no step after itself, nor is one of the same moment.
                max(seen.entered_at) OVER (
                    PARTITION BY seen.master_profile_id
                    ORDER BY seen.occurred_at
                    RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 microsecond' PRECEDING
                ) AS entered_at
            FROM seen
        )
        SELECT ROW(came.master_profile_id, came.occurred_at, came.entered_at)::c360.funnel_place
        FROM came
        WHERE came.is_next
          AND came.occurred_at <= came.entered_at + p_window
    );
END;
$$;

COMMENT ON FUNCTION c360._next_funnel_places(c360.funnel_place[], text, timestamptz, interval) IS
    'The events by which golden records came to the next step of a funnel.';
