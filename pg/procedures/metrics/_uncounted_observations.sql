-- The observations of golden records whose days are not those of their events: new ones, those with new events, those counted in another
-- time zone. Trusts the search_path. Reads by index, a few rows of each observation.

CREATE OR REPLACE FUNCTION c360._uncounted_observations(p_master_profile_ids uuid[], p_zone text)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(
        SELECT seen.raw_profile_id
        FROM (
            SELECT
                link.raw_profile_id,
                (
                    SELECT sum(activity.event_count)
                    FROM cdp_activity AS activity
                    WHERE activity.raw_profile_id = link.raw_profile_id
                ) AS event_count
            FROM unnest(p_master_profile_ids) AS wanted (id)
            JOIN cdp_profile_links AS link ON link.master_profile_id = wanted.id
        ) AS seen
        LEFT JOIN cdp_activity_states AS state ON state.raw_profile_id = seen.raw_profile_id
        WHERE seen.event_count IS NOT NULL
          AND (
              state.accounted_count IS DISTINCT FROM seen.event_count
              OR state.time_zone IS DISTINCT FROM p_zone
          )
        ORDER BY seen.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._uncounted_observations(uuid[], text) IS
    'Observations of golden records whose days have to be counted.';
