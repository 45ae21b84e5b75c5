-- Carries a claimed batch through: standard form, links, golden records, metrics, history, messages; in this
-- order, because each reads what the one before wrote. Answers how many golden records were created, updated, merged, split.
-- What the golden records p_stale were made of is brought into standard form anew.
-- Trusts the search_path and the resolver's lock. Raises nothing.

CREATE OR REPLACE FUNCTION c360._settle_resolution(
    p_tenant            text,
    p_raw_profile_ids   bigint[],
    p_relink            bigint[],
    p_moved             uuid[],
    p_rebuild           uuid[],
    p_edited            uuid[],
    p_stale             uuid[],
    p_at                timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_profile         uuid[];
    v_change          text[];
    v_other           uuid[];
    v_rule            text[];
    v_evidence        jsonb[];
    v_rebuild         uuid[];
    v_rebuilt         uuid[];
    v_rebuilt_changed jsonb[];
    v_rebuilt_version integer[];
    v_rebuilt_is_news boolean[];
    v_rebuilt_profile jsonb[];
    v_rebuilt_metrics jsonb[];
    v_active          uuid[];
    v_known           uuid[];
    v_known_metrics   jsonb[];
    v_metrics_of      uuid[];
    v_metrics         jsonb[];
BEGIN
    PERFORM standardise_profiles(
        p_raw_profile_ids || ARRAY(
            SELECT link.raw_profile_id
            FROM cdp_profile_links AS link
            WHERE link.master_profile_id = ANY (p_stale)
        )
    );

    SELECT
        coalesce(array_agg(linked.master_profile_id), '{}'),
        coalesce(array_agg(linked.change), '{}'),
        coalesce(array_agg(linked.other_profile_id), '{}'),
        coalesce(array_agg(linked.rule), '{}'),
        coalesce(array_agg(linked.evidence), '{}')
    INTO
        v_profile,
        v_change,
        v_other,
        v_rule,
        v_evidence
    FROM c360._link_observations(p_tenant, p_raw_profile_ids, p_relink, p_at) AS linked;

    -- Records of the claim may have been absorbed just now; then their survivor is among those that changed.
    -- Those that are new may not be there yet: the rebuild makes them.
    v_rebuild := c360._active_profiles(
        p_rebuild || ARRAY(
            SELECT linked.id
            FROM unnest(v_profile, v_change) AS linked (id, change)
            WHERE linked.change <> 'created'
        )
    ) || ARRAY(
        SELECT linked.id
        FROM unnest(v_profile, v_change) AS linked (id, change)
        WHERE linked.change = 'created'
    );

    PERFORM
    FROM cdp_master_profiles AS profile
    WHERE profile.master_profile_id = ANY (v_rebuild)
    ORDER BY profile.master_profile_id
    FOR UPDATE;

    SELECT
        array_agg(rebuilt.master_profile_id),
        array_agg(to_jsonb(rebuilt.changed)),
        array_agg(rebuilt.version),
        array_agg(rebuilt.is_news),
        array_agg(rebuilt.profile),
        array_agg(rebuilt.metrics)
    INTO
        v_rebuilt,
        v_rebuilt_changed,
        v_rebuilt_version,
        v_rebuilt_is_news,
        v_rebuilt_profile,
        v_rebuilt_metrics
    FROM rebuild_profiles(
        v_rebuild,
        ARRAY(
            SELECT linked.id
            FROM unnest(v_profile, v_change) AS linked (id, change)
            WHERE linked.change IN ('merged', 'split')
        ),
        p_at
    ) AS rebuilt;

    -- The rebuild knows the metrics of those that nobody saw do anything.
    SELECT
        array_agg(listed.id) FILTER (WHERE listed.metrics IS NULL),
        array_agg(listed.id) FILTER (WHERE listed.metrics IS NOT NULL),
        array_agg(listed.metrics) FILTER (WHERE listed.metrics IS NOT NULL)
    INTO
        v_active,
        v_known,
        v_known_metrics
    FROM (
        SELECT DISTINCT ON (named.id)
            named.id,
            named.metrics
        FROM (
            SELECT
                rebuilt.id,
                rebuilt.metrics
            FROM unnest(v_rebuilt, v_rebuilt_metrics) AS rebuilt (id, metrics)
            UNION ALL
            SELECT
                moved.id,
                NULL
            FROM unnest(c360._active_profiles(p_moved)) AS moved (id)
        ) AS named
        ORDER BY
            named.id,
            named.metrics IS NULL
    ) AS listed;

    SELECT
        array_agg(refreshed.master_profile_id),
        array_agg(refreshed.metrics)
    INTO
        v_metrics_of,
        v_metrics
    FROM refresh_activity(v_active, v_known, v_known_metrics) AS refreshed;

    RETURN c360._record_changes(
        p_tenant, v_profile, v_change, v_other, v_rule, v_evidence, p_edited, v_rebuilt, v_rebuilt_changed, v_rebuilt_version,
        v_rebuilt_is_news, v_rebuilt_profile, v_metrics_of, v_metrics, p_at
    );
END;
$$;

COMMENT ON FUNCTION c360._settle_resolution(text, bigint[], bigint[], uuid[], uuid[], uuid[], uuid[], timestamptz) IS
    'Links a claimed batch and brings golden records, metrics, history and messages up to date.';
