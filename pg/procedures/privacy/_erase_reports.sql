-- Removes what a person added to the figures of reports; the figures stay, they are about all. Answers {table: rows}. Trusts the
-- search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._erase_reports(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_parts   bigint;
    v_funnels bigint := 0;
BEGIN
    IF to_regclass('cdp_report_parts') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_report_parts AS own
    WHERE own.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_parts = ROW_COUNT;

    DELETE FROM cdp_report_queue AS noted
    WHERE noted.master_profile_id = ANY (p_person.master_profile_ids);

    IF to_regclass('cdp_report_funnel_parts') IS NOT NULL THEN
        DELETE FROM cdp_report_funnel_parts AS own
        WHERE own.master_profile_id = ANY (p_person.master_profile_ids);
        GET DIAGNOSTICS v_funnels = ROW_COUNT;
    END IF;

    RETURN jsonb_build_object('cdp_report_parts', v_parts, 'cdp_report_funnel_parts', v_funnels);
END;
$$;

COMMENT ON FUNCTION c360._erase_reports(c360.person) IS
    'Removes what a person added to the figures of reports.';
