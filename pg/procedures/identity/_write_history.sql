-- Writes the present version of golden records into the history. An edit made its version when it was made.
-- Leaves the choice of plans to the cache: the foreign key is checked by a statement of its own, which forced custom plans
-- would plan anew for each row. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._write_history(
    p_ids     uuid[],
    p_changes text[],
    p_reasons jsonb[],
    p_at      timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = auto
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO cdp_profile_history (master_profile_id, version, change, profile, valid_from, reason)
    SELECT
        profile.master_profile_id,
        profile.version,
        news.change,
        c360._profile_document(to_jsonb(profile.*)),
        p_at,
        news.reason
    FROM unnest(p_ids, p_changes, p_reasons) AS news (id, change, reason)
    CROSS JOIN LATERAL (
        SELECT golden.*
        FROM cdp_master_profiles AS golden
        WHERE golden.master_profile_id = news.id
        OFFSET 0
    ) AS profile
    WHERE news.change <> 'edited';
END;
$$;

COMMENT ON FUNCTION c360._write_history(uuid[], text[], jsonb[], timestamptz) IS
    'Writes versions of golden records into the history.';
