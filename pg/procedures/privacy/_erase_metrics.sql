-- Removes the metrics of a person. Answers {table: rows}. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._erase_metrics(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
DECLARE
    v_days   bigint;
    v_values bigint;
    v_ranks  bigint := 0;
BEGIN
    IF to_regclass('cdp_activity_days') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_activity_days AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_days = ROW_COUNT;

    DELETE FROM cdp_activity_states AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);

    DELETE FROM cdp_metric_values AS own
    WHERE own.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_values = ROW_COUNT;

    IF to_regclass('cdp_engagement_ranks') IS NOT NULL THEN
        DELETE FROM cdp_engagement_ranks AS own
        WHERE own.master_profile_id = ANY (p_person.master_profile_ids);
        GET DIAGNOSTICS v_ranks = ROW_COUNT;
    END IF;

    RETURN jsonb_build_object('cdp_activity_days', v_days, 'cdp_metric_values', v_values, 'cdp_engagement_ranks', v_ranks);
END;
$$;

COMMENT ON FUNCTION c360._erase_metrics(c360.person) IS
    'Removes the metrics of a person.';
