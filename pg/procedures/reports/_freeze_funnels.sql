-- Leaves the figures of funnels as they are for days of which retention is about to remove events, those received before a time: from then on these
-- days cannot be counted any more. What single golden records added goes. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._freeze_funnels(p_tenant text, p_before timestamptz)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass('cdp_report_funnel_states') IS NULL THEN
        RETURN;
    END IF;

    UPDATE cdp_report_funnel_states AS state
    SET kept_from = p_before
    WHERE state.kept_from < p_before;

    IF FOUND THEN
        DELETE FROM cdp_report_funnel_parts AS part
        USING c360.tenants AS tenant
        WHERE tenant.tenant = p_tenant
          AND part.day < c360._first_funnel_day(p_before, tenant.time_zone);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._freeze_funnels(text, timestamptz) IS
    'Leaves the figures of funnels as they are for days of which events are removed.';
