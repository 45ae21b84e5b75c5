-- From when on the visits of visitors have to be worked out anew: the start of the last stretch before which nothing can have
-- changed, otherwise -infinity. A stretch begins with a visit before which all others ended more than a pause ago. Nothing has
-- changed before it if the events that are new, as cdp_activity counts them, are all in it, and none of them belongs to a session
-- that a client began before. So who comes back is not read from the beginning, and a late event is never missed.
-- Of a visitor with track events called like a type, which cdp_activity does not tell from that type, all is worked out.
-- event_count: what cdp_activity counts now, read before any event is: it may miss one that is found later, and then the next time
-- all is worked out anew; the other way round an event could be lost. Trusts the search_path and the lock of sessions.

CREATE OR REPLACE FUNCTION c360._visitor_cuts(p_visitor_ids bigint[], p_idle interval)
    RETURNS TABLE (visitor_id bigint, event_count bigint, since timestamptz)
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_ids       bigint[];
    v_new       bigint[];
    v_counts    bigint[];
    v_cuts      timestamptz[];
    v_cut_ids   bigint[];
BEGIN
    SELECT
        array_agg(visitor.visitor_id ORDER BY visitor.visitor_id),
        array_agg(counted.event_count ORDER BY visitor.visitor_id),
        array_agg(
            CASE WHEN visitor.idle = p_idle AND NOT counted.is_vague THEN counted.event_count - visitor.event_count END
            ORDER BY visitor.visitor_id
        )
    INTO
        v_ids,
        v_counts,
        v_new
    FROM cdp_visitors AS visitor
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(seen.event_count) FILTER (WHERE NOT seen.is_of_a_type), 0)::bigint AS event_count,
            coalesce(bool_or(
                CASE WHEN seen.is_of_a_type THEN c360._has_tracks_called(seen.raw_profile_id, seen.event_name) ELSE false END
            ), false) AS is_vague
        FROM (
            SELECT
                activity.*,
                activity.event_name = ANY (ARRAY['identify', 'group', 'alias']) AS is_of_a_type
            FROM cdp_visitor_profiles AS own
            JOIN cdp_activity AS activity ON activity.raw_profile_id = own.raw_profile_id
            WHERE own.visitor_id = visitor.visitor_id
        ) AS seen
    ) AS counted
    WHERE visitor.visitor_id = ANY (p_visitor_ids);

    SELECT
        array_agg(stretch.visitor_id),
        array_agg(stretch.began_at)
    INTO
        v_cut_ids,
        v_cuts
    FROM (
        SELECT
            visit.visitor_id,
            max(visit.started_at) FILTER (
                WHERE visit.others_ended_at IS NULL OR visit.started_at > visit.others_ended_at + p_idle
            ) AS began_at
        FROM (
            SELECT
                own.visitor_id,
                own.started_at,
                max(own.ended_at) OVER (
                    PARTITION BY own.visitor_id
                    ORDER BY own.started_at
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS others_ended_at
            FROM cdp_visits AS own
            WHERE own.visitor_id IN (
                SELECT known.visitor_id
                FROM unnest(v_ids, v_new) AS known (visitor_id, new_count)
                WHERE known.new_count IS NOT NULL
            )
        ) AS visit
        GROUP BY visit.visitor_id
    ) AS stretch;

    RETURN QUERY
    SELECT
        wanted.visitor_id,
        wanted.event_count,
        CASE
            WHEN found.event_count - stored.event_count = wanted.new_count AND NOT found.is_older THEN stretch.began_at
            ELSE '-infinity'
        END
    FROM unnest(v_ids, v_counts, v_new) AS wanted (visitor_id, event_count, new_count)
    LEFT JOIN unnest(v_cut_ids, v_cuts) AS stretch (visitor_id, began_at) ON stretch.visitor_id = wanted.visitor_id
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(visit.event_count), 0) AS event_count
        FROM cdp_visits AS visit
        WHERE visit.visitor_id = stretch.visitor_id
          AND visit.started_at >= stretch.began_at
    ) AS stored ON true
    LEFT JOIN (
        SELECT
            event.visitor_id,
            count(*) AS event_count,
            bool_or(event.session_id IS NOT NULL AND EXISTS (
                SELECT
                FROM cdp_visits AS visit
                JOIN unnest(v_cut_ids, v_cuts) AS own (visitor_id, began_at) ON own.visitor_id = visit.visitor_id
                WHERE visit.visitor_id = event.visitor_id
                  AND visit.started_at < own.began_at
                  AND visit.is_stated
                  AND visit.session_id = event.session_id
            )) AS is_older
        FROM c360._visitor_events(v_cut_ids, v_cuts) AS event
        GROUP BY event.visitor_id
    ) AS found ON found.visitor_id = wanted.visitor_id;
END;
$$;

COMMENT ON FUNCTION c360._visitor_cuts(bigint[], interval) IS
    'From when on the visits of visitors have to be worked out anew.';
