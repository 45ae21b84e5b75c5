-- Begins to count funnels that are new or other ones now, and forgets what was counted of those that are no more. Trusts the search_path and the
-- lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._begin_funnels(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_gone text[];
BEGIN
    WITH gone AS (
        DELETE FROM cdp_report_funnel_states AS state
        WHERE NOT EXISTS (
            SELECT
            FROM c360.funnels AS stated
            WHERE stated.tenant = p_tenant
              AND stated.funnel = state.funnel
              AND stated.steps = state.steps
              AND stated.within = state.within
        )
        RETURNING state.funnel
    )
    SELECT coalesce(array_agg(gone.funnel), '{}')
    INTO v_gone
    FROM gone;

    IF v_gone <> '{}' THEN
        DELETE FROM cdp_report_funnels AS figure
        WHERE figure.funnel = ANY (v_gone);

        DELETE FROM cdp_report_funnel_parts AS part
        WHERE part.funnel = ANY (v_gone);
    END IF;

    INSERT INTO cdp_report_funnel_states (funnel, steps, within)
    SELECT
        stated.funnel,
        stated.steps,
        stated.within
    FROM c360.funnels AS stated
    WHERE stated.tenant = p_tenant
    ON CONFLICT (funnel) DO NOTHING;
END;
$$;

COMMENT ON FUNCTION c360._begin_funnels(text) IS
    'Begins to count funnels that are new or other ones now.';
