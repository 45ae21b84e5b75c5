-- Takes rows out of the queue and sorts them: fresh observations that must be linked; linked ones whose component must be
-- partitioned anew; golden records whose activity moved, that must be rebuilt, that a person edited, that must be rebuilt
-- from what was sent because the attributes of the tenant have changed. Whatever failed before and is among them is no
-- failure any more. Trusts the search_path and the resolver's lock; the caller has locked the rows. Raises nothing.

CREATE OR REPLACE FUNCTION c360._claim_resolution_work(p_queue_ids bigint[])
    RETURNS TABLE (fresh bigint[], relink bigint[], moved uuid[], rebuild uuid[], edited uuid[], stale uuid[])
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    v_raw              bigint[];
    v_raw_needs        boolean[];
    v_raw_relink       boolean[];
    v_master           uuid[];
    v_master_edited    boolean[];
BEGIN
    WITH taken AS (
        DELETE FROM cdp_resolution_queue AS work
        WHERE work.queue_id = ANY (p_queue_ids)
        RETURNING work.*
    )
    SELECT
        array_agg(taken.raw_profile_id) FILTER (WHERE taken.raw_profile_id IS NOT NULL),
        array_agg(taken.needs_rebuild) FILTER (WHERE taken.raw_profile_id IS NOT NULL),
        array_agg(taken.needs_relink) FILTER (WHERE taken.raw_profile_id IS NOT NULL),
        array_agg(taken.master_profile_id) FILTER (WHERE taken.master_profile_id IS NOT NULL),
        array_agg(taken.is_edited) FILTER (WHERE taken.master_profile_id IS NOT NULL)
    INTO
        v_raw,
        v_raw_needs,
        v_raw_relink,
        v_master,
        v_master_edited
    FROM taken;

    DELETE FROM cdp_resolution_failures AS failure
    WHERE failure.raw_profile_id = ANY (v_raw)
       OR failure.master_profile_id = ANY (v_master);

    WITH observed AS MATERIALIZED (
        SELECT
            queued.raw_profile_id,
            link.master_profile_id,
            queued.needs_rebuild,
            queued.needs_relink
        FROM (
            SELECT
                work.raw_profile_id,
                bool_or(work.needs_rebuild) AS needs_rebuild,
                bool_or(work.needs_relink) AS needs_relink
            FROM unnest(v_raw, v_raw_needs, v_raw_relink) AS work (raw_profile_id, needs_rebuild, needs_relink)
            GROUP BY work.raw_profile_id
        ) AS queued
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = queued.raw_profile_id
        LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = queued.raw_profile_id
    ),
    -- An edited record may have been merged meanwhile: what was said about it is said about its survivor.
    direct AS MATERIALIZED (
        SELECT
            coalesce(profile.merged_into, profile.master_profile_id) AS master_profile_id,
            work.is_edited
        FROM unnest(v_master, v_master_edited) AS work (master_profile_id, is_edited)
        JOIN cdp_master_profiles AS profile ON profile.master_profile_id = work.master_profile_id
    )
    SELECT
        ARRAY(SELECT observed.raw_profile_id FROM observed WHERE observed.master_profile_id IS NULL),
        ARRAY(
            SELECT observed.raw_profile_id
            FROM observed
            WHERE observed.master_profile_id IS NOT NULL
              AND observed.needs_relink
        ),
        ARRAY(SELECT DISTINCT observed.master_profile_id FROM observed WHERE observed.master_profile_id IS NOT NULL),
        ARRAY(
            SELECT observed.master_profile_id
            FROM observed
            WHERE observed.master_profile_id IS NOT NULL
              AND observed.needs_rebuild
            UNION
            SELECT direct.master_profile_id
            FROM direct
        ),
        ARRAY(SELECT DISTINCT direct.master_profile_id FROM direct WHERE direct.is_edited),
        ARRAY(SELECT DISTINCT direct.master_profile_id FROM direct WHERE NOT direct.is_edited)
    INTO
        fresh,
        relink,
        moved,
        rebuild,
        edited,
        stale;

    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._claim_resolution_work(bigint[]) IS
    'Takes rows out of the resolution queue and sorts them into observations to link and golden records to refresh.';
