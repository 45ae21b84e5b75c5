-- How many golden records came to each step of a funnel of the tenant, by what is kept: who began from p_from to p_to, both included, without them
-- in the last 30 days, in the time zone of the tenant. Who began on several days counts for each of them. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds, U3421 funnel_not_found

CREATE OR REPLACE FUNCTION c360.kept_funnel(
    p_tenant text,
    p_funnel text,
    p_from   date DEFAULT NULL,
    p_to     date DEFAULT NULL
)
    RETURNS TABLE (step integer, event_name text, profiles bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        told.place::integer,
        told.name,
        (
            SELECT coalesce(sum(known.profiles), 0)::bigint
            FROM cdp_report_funnels AS known
            JOIN cdp_report_funnel_states AS state
                ON state.funnel = known.funnel
                AND state.steps = stated.steps
                AND state.within = stated.within
            WHERE known.funnel = stated.funnel
              AND known.step = told.place
              AND known.day BETWEEN asked.first_day AND asked.last_day
        )
    FROM c360.funnels AS stated
    CROSS JOIN c360._report_range(p_tenant, p_from, p_to, 30) AS asked
    CROSS JOIN LATERAL unnest(stated.steps) WITH ORDINALITY AS told (name, place)
    WHERE stated.tenant = p_tenant
      AND stated.funnel = p_funnel
    ORDER BY told.place;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no funnel "%"', p_funnel
            USING ERRCODE = 'U3421',
                  HINT = 'list_funnels() shows them; report_funnel() counts any steps.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.kept_funnel(text, text, date, date) IS
    'How many golden records came to each step of a funnel of the tenant.';
