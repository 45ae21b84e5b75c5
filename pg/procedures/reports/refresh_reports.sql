-- Brings the reports up to the next golden records that changed, p_limit at a time, and counts as many in a funnel that is new: one
-- transaction, so that a crash leaves nothing half done. When none is left, RFM segments and deciles of lifetime value are kept for today,
-- once a day or again with p_snapshot. What refresh_profiles() has not seen yet is not in it. Call again while "has_more" is true. Answers
-- {profiles, has_more, snapshot}.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_reports(
    p_tenant   text,
    p_limit    integer DEFAULT 2000,
    p_snapshot boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_limit    integer := greatest(c360._checked_limit(p_limit), 1);
    v_ids      uuid[];
    v_has_more boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    IF to_regclass('cdp_report_queue') IS NULL THEN
        RETURN jsonb_build_object('profiles', 0, 'has_more', false, 'snapshot', false);
    END IF;

    PERFORM c360._hold_lock(p_tenant, 'profiles');
    PERFORM c360._begin_reports(p_tenant);

    WITH taken AS (
        DELETE FROM cdp_report_queue AS noted
        WHERE noted.queue_id IN (SELECT next.queue_id FROM cdp_report_queue AS next ORDER BY next.queue_id LIMIT v_limit)
        RETURNING noted.master_profile_id
    )
    SELECT coalesce(array_agg(DISTINCT taken.master_profile_id), '{}')
    INTO v_ids
    FROM taken;

    PERFORM c360._refresh_report_parts(p_tenant, v_ids);
    v_has_more := EXISTS (SELECT FROM cdp_report_queue);

    IF to_regclass('cdp_report_funnels') IS NOT NULL THEN
        PERFORM c360._begin_funnels(p_tenant);
        PERFORM c360._refresh_funnels(p_tenant, v_ids);
        v_has_more := c360._fill_funnels(p_tenant, v_limit) OR v_has_more;
    END IF;

    RETURN jsonb_build_object(
        'profiles', cardinality(v_ids),
        'has_more', v_has_more,
        'snapshot', NOT v_has_more AND c360._snapshot_reports(p_tenant, p_snapshot)
    );
END;
$$;

COMMENT ON FUNCTION c360.refresh_reports(text, integer, boolean) IS
    'Brings the reports up to the golden records that changed; answers whether more is to be done.';
