-- Brings funnels up to how far these golden records come now, all funnels for NULL; some of them may be no more: merged, split or erased. Days of
-- which events may have been removed by retention stay as they are. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_funnels(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_funnel             text DEFAULT NULL
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_funnel record;
    v_before c360.funnel_entry[];
    v_now    c360.funnel_entry[];
BEGIN
    FOR v_funnel IN
        SELECT
            state.funnel,
            state.steps,
            state.within::interval AS within,
            tenant.time_zone,
            c360._first_funnel_day(state.kept_from, tenant.time_zone) AS first_day
        FROM cdp_report_funnel_states AS state
        JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
        WHERE p_funnel IS NULL
           OR state.funnel = p_funnel
        ORDER BY state.funnel
    LOOP
        v_before := ARRAY(
            SELECT ROW(part.master_profile_id, part.day, part.reached)::c360.funnel_entry
            FROM cdp_report_funnel_parts AS part
            WHERE part.master_profile_id = ANY (p_master_profile_ids)
              AND part.funnel = v_funnel.funnel
              AND part.day >= v_funnel.first_day
        );

        v_now := ARRAY(
            SELECT ROW(entry.master_profile_id, entry.day, max(entry.reached))::c360.funnel_entry
            FROM c360._funnel_entries(
                p_master_profile_ids, v_funnel.steps, v_funnel.within, v_funnel.time_zone, v_funnel.first_day
            ) AS entry
            GROUP BY
                entry.master_profile_id,
                entry.day
        );

        PERFORM c360._move_report_funnel(v_funnel.funnel, v_before, v_now);

        DELETE FROM cdp_report_funnel_parts AS part
        USING (
            SELECT before.master_profile_id, before.day FROM unnest(v_before) AS before
            EXCEPT
            SELECT now.master_profile_id, now.day FROM unnest(v_now) AS now
        ) AS gone
        WHERE part.master_profile_id = gone.master_profile_id
          AND part.funnel = v_funnel.funnel
          AND part.day = gone.day;

        INSERT INTO cdp_report_funnel_parts AS part (master_profile_id, funnel, day, reached)
        SELECT
            now.master_profile_id,
            v_funnel.funnel,
            now.day,
            now.reached
        FROM (SELECT now.* FROM unnest(v_now) AS now EXCEPT SELECT before.* FROM unnest(v_before) AS before) AS now
        ON CONFLICT (master_profile_id, funnel, day) DO UPDATE
        SET reached = excluded.reached;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._refresh_funnels(text, uuid[], text) IS
    'Brings funnels up to how far golden records come now.';
