-- Carries a claimed batch through: standard form, links, then golden records with their metrics, history and messages; in this
-- order, because each reads what the one before wrote. Answers how many golden records were created, updated, merged, split.
-- What the golden records p_stale were made of is brought into standard form anew.
-- Golden records follow ten thousand at a time: their documents are the bulk of a batch, and so few are in memory.
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
#variable_conflict use_variable
DECLARE
    c_part     constant integer := 10000;
    v_merged   integer;
    v_created  integer := 0;
    v_updated  integer := 0;
    v_split    integer := 0;
    v_profile  uuid[];
    v_change   text[];
    v_other    uuid[];
    v_rule     text[];
    v_evidence jsonb[];
    v_rebuild  uuid[];
    v_counts   jsonb;
BEGIN
    PERFORM standardise_profiles(
        c360._unread_observations(p_tenant, p_raw_profile_ids) || ARRAY(
            SELECT link.raw_profile_id
            FROM cdp_profile_links AS link
            WHERE link.master_profile_id = ANY (p_stale)
        )
    );

    -- Of those created or updated it is enough to know which they are.
    SELECT
        array_agg(linked.master_profile_id) FILTER (WHERE linked.change IN ('merged', 'split')),
        array_agg(linked.change) FILTER (WHERE linked.change IN ('merged', 'split')),
        array_agg(linked.other_profile_id) FILTER (WHERE linked.change IN ('merged', 'split')),
        array_agg(linked.rule) FILTER (WHERE linked.change IN ('merged', 'split')),
        array_agg(linked.evidence) FILTER (WHERE linked.change IN ('merged', 'split')),
        count(*) FILTER (WHERE linked.change = 'merged'),
        -- Records of the claim may have been absorbed just now; then their survivor is among those that changed.
        -- Those that are new may not be there yet: the rebuild makes them.
        c360._active_profiles(p_rebuild || array_agg(linked.master_profile_id) FILTER (WHERE linked.change <> 'created'))
            || array_agg(linked.master_profile_id ORDER BY linked.master_profile_id) FILTER (WHERE linked.change = 'created')
    INTO
        v_profile,
        v_change,
        v_other,
        v_rule,
        v_evidence,
        v_merged,
        v_rebuild
    FROM c360._link_observations(p_tenant, p_raw_profile_ids, p_relink, p_at) AS linked;

    PERFORM
    FROM cdp_master_profiles AS profile
    WHERE profile.master_profile_id = ANY (v_rebuild)
    ORDER BY profile.master_profile_id
    FOR UPDATE;

    PERFORM c360._write_history(
        array_agg(gone.absorbed),
        array_agg('absorbed'::text),
        array_agg(jsonb_build_object('survivor_id', gone.survivor, 'rule', gone.rule, 'evidence', gone.evidence)),
        p_at
    )
    FROM unnest(v_profile, v_change, v_other, v_rule, v_evidence) AS gone (survivor, change, absorbed, rule, evidence)
    WHERE gone.change = 'merged'
    HAVING count(*) > 0;

    FOR v_from IN 1 .. coalesce(cardinality(v_rebuild), 0) BY c_part LOOP
        v_counts := c360._renew_profiles(
            p_tenant, v_rebuild[v_from : v_from + c_part - 1], v_profile, v_change, v_other, v_rule, v_evidence, p_edited, p_at
        );
        v_created := v_created + (v_counts ->> 'created')::integer;
        v_updated := v_updated + (v_counts ->> 'updated')::integer;
        v_split := v_split + (v_counts ->> 'split')::integer;
    END LOOP;

    -- Events alone make no version.
    IF cardinality(p_moved) > 0 THEN
        PERFORM refresh_activity(ARRAY(
            SELECT moved.id
            FROM unnest(c360._active_profiles(p_moved)) AS moved (id)
            EXCEPT
            SELECT renewed.id
            FROM unnest(v_rebuild) AS renewed (id)
        ));
    END IF;

    -- Those that were absorbed are no more: what was derived of them goes.
    PERFORM c360._touch_profiles(v_rebuild || p_moved || v_profile || v_other);

    RETURN jsonb_build_object('created', v_created, 'updated', v_updated, 'merged', v_merged, 'split', v_split);
END;
$$;

COMMENT ON FUNCTION c360._settle_resolution(text, bigint[], bigint[], uuid[], uuid[], uuid[], uuid[], timestamptz) IS
    'Links a claimed batch and brings golden records, metrics, history and messages up to date.';
