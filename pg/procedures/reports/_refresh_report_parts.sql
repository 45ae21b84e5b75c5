-- Brings the figures of days and cohorts up to what these golden records add now; some of them may be no more: merged, split or erased.
-- Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_report_parts(p_tenant text, p_master_profile_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_before c360.report_part[];
    v_now    c360.report_part[];
BEGIN
    SELECT array_agg(ROW(
        part.master_profile_id, part.day, part.events, part.orders, part.revenue, part.refunds, part.refunded_value
    )::c360.report_part)
    INTO v_before
    FROM cdp_report_parts AS part
    WHERE part.master_profile_id = ANY (p_master_profile_ids);

    SELECT array_agg(part.*)
    INTO v_now
    FROM c360._report_parts_of(p_tenant, p_master_profile_ids) AS part;

    PERFORM c360._move_report_days(v_before, v_now);
    PERFORM c360._move_report_cohorts(v_before, v_now);

    DELETE FROM cdp_report_parts AS part
    USING (
        SELECT before.master_profile_id, before.day FROM unnest(v_before) AS before
        EXCEPT
        SELECT now.master_profile_id, now.day FROM unnest(v_now) AS now
    ) AS gone
    WHERE part.master_profile_id = gone.master_profile_id
      AND part.day = gone.day;

    INSERT INTO cdp_report_parts AS part (master_profile_id, day, events, orders, revenue, refunds, refunded_value)
    SELECT now.* FROM unnest(v_now) AS now
    EXCEPT
    SELECT before.* FROM unnest(v_before) AS before
    ON CONFLICT (master_profile_id, day) DO UPDATE
    SET events = excluded.events,
        orders = excluded.orders,
        revenue = excluded.revenue,
        refunds = excluded.refunds,
        refunded_value = excluded.refunded_value;
END;
$$;

COMMENT ON FUNCTION c360._refresh_report_parts(text, uuid[]) IS
    'Brings the figures of days and cohorts up to what golden records add now.';
