-- Lists the computed traits of a tenant in the order of their codes: what the metadata says, and what is in force. status is that of
-- cdp_trait_states, new before the first sync; is_current says whether the compiled expression is that of the metadata. Of traits
-- whose values people may not see, the expression is not shown. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_computed_traits(p_tenant text)
    RETURNS TABLE (
        trait         text,
        title         text,
        description   text,
        expression    text,
        data_type     text,
        status        text,
        problem       text,
        columns       text[],
        uses_time     boolean,
        is_current    boolean,
        is_hidden     boolean,
        cost          double precision,
        compiled_with text,
        compiled_at   timestamptz,
        created_at    timestamptz,
        created_by    text,
        changed_at    timestamptz,
        changed_by    text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hidden text[] := c360._hidden_traits(p_tenant);
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.trait,
        known.title,
        known.description,
        CASE WHEN known.trait = ANY (v_hidden) THEN '****' ELSE c360._shown_condition(p_tenant, known.expression) END,
        state.data_type,
        coalesce(state.status, 'new'),
        coalesce(state.problem, 'of some golden records the expression failed with SQLSTATE ' || state.failure),
        coalesce(state.columns, '{}'),
        coalesce(state.uses_time, false),
        coalesce(state.expression = known.expression, false),
        known.trait = ANY (v_hidden),
        state.cost,
        state.compiled_with,
        state.compiled_at,
        known.created_at,
        known.created_by,
        known.changed_at,
        known.changed_by
    FROM c360.computed_traits AS known
    LEFT JOIN cdp_trait_states AS state ON state.trait = known.trait
    WHERE known.tenant = p_tenant
    ORDER BY known.trait;
END;
$$;

COMMENT ON FUNCTION c360.list_computed_traits(text) IS
    'Computed traits of a tenant with their expressions, types and problems.';
