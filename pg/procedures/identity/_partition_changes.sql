-- What became of observations: p_before[i] is the golden record that observation p_raw_profile_ids[i] had (NULL: none),
-- the links say what it has now. Golden records that came to be or came back, that were merged into another, that were
-- split from another; the observations that moved. The lists are in the order of the ids, p_most of each; counts says how many
-- there are of each. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._partition_changes(
    p_raw_profile_ids bigint[],
    p_before          uuid[],
    p_most            integer DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (
        WITH member AS MATERIALIZED (
            SELECT
                known.raw_profile_id,
                known.before,
                link.master_profile_id AS after
            FROM unnest(p_raw_profile_ids, p_before) AS known (raw_profile_id, before)
            CROSS JOIN LATERAL (
                SELECT own.master_profile_id
                FROM cdp_profile_links AS own
                WHERE own.raw_profile_id = known.raw_profile_id
                OFFSET 0
            ) AS link
        ),
        moved AS MATERIALIZED (
            SELECT *
            FROM member
            WHERE member.before IS DISTINCT FROM member.after
        ),
        appeared AS MATERIALIZED (
            SELECT
                moved.after AS profile_id,
                (array_agg(moved.before ORDER BY moved.raw_profile_id) FILTER (WHERE moved.before IS NOT NULL))[1] AS from_profile_id
            FROM moved
            WHERE NOT EXISTS (SELECT FROM member WHERE member.before = moved.after)
            GROUP BY moved.after
        ),
        vanished AS MATERIALIZED (
            SELECT
                gone.before AS absorbed_id,
                coalesce(profile.merged_into, profile.master_profile_id) AS survivor_id
            FROM (
                SELECT DISTINCT moved.before
                FROM moved
                WHERE NOT EXISTS (SELECT FROM member WHERE member.after = moved.before)
            ) AS gone
            JOIN cdp_master_profiles AS profile ON profile.master_profile_id = gone.before
        )
        SELECT jsonb_build_object(
            'created', (
                SELECT coalesce(jsonb_agg(appeared.profile_id ORDER BY appeared.profile_id), '[]')
                FROM (
                    SELECT *
                    FROM appeared
                    WHERE appeared.from_profile_id IS NULL
                    ORDER BY appeared.profile_id
                    LIMIT p_most
                ) AS appeared
            ),
            'merged', (
                SELECT coalesce(
                    jsonb_agg(
                        jsonb_build_object('absorbed_id', vanished.absorbed_id, 'survivor_id', vanished.survivor_id)
                        ORDER BY vanished.absorbed_id
                    ),
                    '[]'
                )
                FROM (SELECT * FROM vanished ORDER BY vanished.absorbed_id LIMIT p_most) AS vanished
            ),
            'split', (
                SELECT coalesce(
                    jsonb_agg(
                        jsonb_build_object('profile_id', appeared.profile_id, 'from_profile_id', appeared.from_profile_id)
                        ORDER BY appeared.profile_id
                    ),
                    '[]'
                )
                FROM (
                    SELECT *
                    FROM appeared
                    WHERE appeared.from_profile_id IS NOT NULL
                    ORDER BY appeared.profile_id
                    LIMIT p_most
                ) AS appeared
            ),
            'moved', (
                SELECT coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'raw_profile_id', moved.raw_profile_id,
                            'from_profile_id', moved.before,
                            'to_profile_id', moved.after
                        )
                        ORDER BY moved.raw_profile_id
                    ),
                    '[]'
                )
                FROM (SELECT * FROM moved ORDER BY moved.raw_profile_id LIMIT p_most) AS moved
            ),
            'counts', jsonb_build_object(
                'created', (SELECT count(*) FROM appeared WHERE appeared.from_profile_id IS NULL),
                'merged', (SELECT count(*) FROM vanished),
                'split', (SELECT count(*) FROM appeared WHERE appeared.from_profile_id IS NOT NULL),
                'moved', (SELECT count(*) FROM moved)
            )
        )
    );
END;
$$;

COMMENT ON FUNCTION c360._partition_changes(bigint[], uuid[], integer) IS
    'Golden records created, merged and split and observations moved, compared with how it was before.';
