-- Removes identifiers, links, golden records with history, merges and metrics, waiting and parked work, and last the
-- observations of a person. What others have that pointed to them must be gone before. Answers {table: rows}.
-- Trusts the search_path, the resolver's lock and that nobody records. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_identity(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_counts jsonb := '{}';
    v_count  bigint;
BEGIN
    DELETE FROM cdp_resolution_queue AS work
    WHERE work.raw_profile_id = ANY (p_person.raw_profile_ids)
       OR work.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_resolution_queue', v_count);

    DELETE FROM cdp_resolution_failures AS failure
    WHERE failure.raw_profile_id = ANY (p_person.raw_profile_ids)
       OR failure.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_resolution_failures', v_count);

    DELETE FROM cdp_raw_identifiers AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_raw_identifiers', v_count);

    DELETE FROM cdp_value_states AS state
    USING unnest(p_person.identifiers) AS own
    WHERE state.identifier_type = own.identifier_type
      AND state.value = own.value;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_value_states', v_count);

    DELETE FROM cdp_past_touchpoints AS noted
    WHERE noted.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_past_touchpoints', v_count);

    DELETE FROM cdp_profile_links AS link
    WHERE link.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_profile_links', v_count);

    DELETE FROM cdp_profile_history AS told
    WHERE told.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_profile_history', v_count);

    DELETE FROM cdp_profile_merges AS merge
    WHERE merge.survivor_id = ANY (p_person.master_profile_ids)
       OR merge.absorbed_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_profile_merges', v_count);

    DELETE FROM cdp_profile_metrics AS metrics
    WHERE metrics.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_profile_metrics', v_count);

    IF to_regclass('cdp_purchase_histories') IS NOT NULL THEN
        DELETE FROM cdp_purchase_histories AS history
        WHERE history.master_profile_id = ANY (p_person.master_profile_ids);
    END IF;

    DELETE FROM cdp_master_profiles AS golden
    WHERE golden.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_master_profiles', v_count);

    DELETE FROM cdp_raw_profiles AS raw
    WHERE raw.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;

    -- What others derived of them goes by itself: the worker finds that they are no more.
    PERFORM c360._touch_profiles(p_person.master_profile_ids);

    RETURN v_counts || jsonb_build_object('cdp_raw_profiles', v_count);
END;
$$;

COMMENT ON FUNCTION c360._erase_identity(c360.person) IS
    'Removes golden records, identifiers and observations of a person.';
