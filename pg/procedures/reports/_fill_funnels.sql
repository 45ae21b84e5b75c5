-- Counts the next p_limit of all golden records in the first funnel that has not gone through all of them. Answers whether more is to be done.
-- Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._fill_funnels(p_tenant text, p_limit integer)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_next record;
    v_ids  uuid[];
BEGIN
    SELECT
        state.funnel,
        state.filled_to
    INTO v_next
    FROM cdp_report_funnel_states AS state
    WHERE NOT state.is_filled
    ORDER BY state.funnel
    LIMIT 1;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    v_ids := ARRAY(
        SELECT profile.master_profile_id
        FROM cdp_master_profiles AS profile
        WHERE profile.master_profile_id > v_next.filled_to
        ORDER BY profile.master_profile_id
        LIMIT p_limit
    );
    PERFORM c360._refresh_funnels(p_tenant, v_ids, v_next.funnel);

    UPDATE cdp_report_funnel_states AS state
    SET filled_to = coalesce(v_ids[cardinality(v_ids)], state.filled_to),
        is_filled = cardinality(v_ids) < p_limit
    WHERE state.funnel = v_next.funnel;

    RETURN EXISTS (SELECT FROM cdp_report_funnel_states AS state WHERE NOT state.is_filled);
END;
$$;

COMMENT ON FUNCTION c360._fill_funnels(text, integer) IS
    'Counts the next golden records in a funnel that is new; answers whether more is to be done.';
