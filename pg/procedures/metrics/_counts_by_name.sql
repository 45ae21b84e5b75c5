-- Events of a golden record on the days after one until another: all, by name, and on how many days. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._counts_by_name(
    p_master_profile_id  uuid,
    p_after              date,
    p_until              date,
    OUT event_count      bigint,
    OUT active_days      bigint,
    OUT event_counts     jsonb
)
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    SELECT
        coalesce(sum(named.event_count), 0),
        coalesce(jsonb_object_agg(named.event_name, named.event_count), '{}')
    INTO
        event_count,
        event_counts
    FROM (
        SELECT
            own.event_name,
            sum(own.kept_count + own.past_count) AS event_count
        FROM cdp_profile_links AS link
        JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = p_master_profile_id
          AND own.day > p_after
          AND own.day <= p_until
        GROUP BY own.event_name
    ) AS named;

    SELECT count(DISTINCT own.day)
    INTO active_days
    FROM cdp_profile_links AS link
    JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
    WHERE link.master_profile_id = p_master_profile_id
      AND own.day > p_after
      AND own.day <= p_until;
END;
$$;

COMMENT ON FUNCTION c360._counts_by_name(uuid, date, date) IS
    'Events of a golden record on some days, by name.';
