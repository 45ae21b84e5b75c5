-- Adds the listed funnels of a tenant, or changes them to what is listed, [{funnel, steps, within}], each given whole. Safe to repeat; unchanged
-- rows stay untouched. NULL lists nothing.
-- Raises: U3420 funnel_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360._apply_funnels(p_tenant text, p_rows jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.funnels AS known (tenant, funnel, steps, within)
    SELECT
        p_tenant,
        given.funnel,
        given.steps,
        given.within
    FROM jsonb_to_recordset(p_rows) AS given (funnel text, steps text[], within text)
    ORDER BY given.funnel
    ON CONFLICT (tenant, funnel) DO UPDATE
    SET steps = excluded.steps,
        within = excluded.within
    WHERE (known.steps, known.within) IS DISTINCT FROM (excluded.steps, excluded.within);
EXCEPTION
    -- Steps in steps.
    WHEN check_violation OR not_null_violation OR feature_not_supported THEN
        RAISE EXCEPTION 'a funnel cannot be right'
            USING ERRCODE = 'U3420',
                  DETAIL = SQLERRM,
                  HINT = 'A funnel has a name of a-z, 0-9 and _, two to ten names of events, and a time such as 30 minutes, 12 hours or 7 days, at most 366 days.';
END;
$$;

COMMENT ON FUNCTION c360._apply_funnels(text, jsonb) IS
    'Adds or changes the listed funnels of a tenant.';
