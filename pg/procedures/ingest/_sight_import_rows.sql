-- Content that was known already and is seen again later: rows that say when they were observed, and records that went
-- back to what they were. It is noted as activity "import", which makes it more recent. What is not later is not noted,
-- so that a repeat changes nothing. Answers the ids of the observations concerned.

CREATE OR REPLACE FUNCTION c360._sight_import_rows(
    p_states      text[],
    p_hashes      bytea[],
    p_times       timestamptz[],
    p_stated      boolean[],
    p_new_hashes  bytea[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    v_ids    bigint[];
    v_times  timestamptz[];
BEGIN
    SELECT
        coalesce(array_agg(raw.raw_profile_id), '{}'),
        array_agg(given.observed_at)
    INTO
        v_ids,
        v_times
    FROM (
        SELECT
            item.content_hash,
            max(item.observed_at) AS observed_at
        FROM unnest(p_states, p_hashes, p_times, p_stated) AS item (state, content_hash, observed_at, is_stated)
        WHERE item.state = 'changed'
           OR (item.state = 'new' AND item.is_stated)
        GROUP BY item.content_hash
        -- What this chunk brought, and once, was not seen before.
        HAVING count(*) > 1
            OR item.content_hash NOT IN (SELECT unnest(p_new_hashes))
    ) AS given
    CROSS JOIN LATERAL (
        SELECT
            own.raw_profile_id,
            own.observed_at
        FROM cdp_raw_profiles AS own
        WHERE own.content_hash = given.content_hash
        OFFSET 0
    ) AS raw
    CROSS JOIN LATERAL (
        SELECT max(activity.last_at) AS last_at
        FROM cdp_activity AS activity
        WHERE activity.raw_profile_id = raw.raw_profile_id
    ) AS seen
    WHERE given.observed_at > greatest(raw.observed_at, seen.last_at);

    PERFORM c360._count_activity(v_ids, array_fill('import'::text, ARRAY[cardinality(v_ids)]), v_times);
    RETURN v_ids;
END;
$$;

COMMENT ON FUNCTION c360._sight_import_rows(text[], bytea[], timestamptz[], boolean[], bytea[]) IS
    'Notes that known observations were seen again by an import.';
