-- The computed traits of a tenant whose values people may not see, because their expressions look at an attribute that is masked now, or at
-- a property of events that is no longer shown. New ones of that kind are refused; these are older. Needs no search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._hidden_traits(p_tenant text)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hidden text[];
BEGIN
    IF to_regclass(format('%I.cdp_trait_states', 'tenant_' || p_tenant)) IS NULL THEN
        RETURN '{}';
    END IF;

    EXECUTE format(
        'SELECT coalesce(array_agg(state.trait), ''{}'')
        FROM %I.cdp_trait_states AS state
        WHERE c360._tells_hidden($1, state.columns)',
        'tenant_' || p_tenant
    )
    INTO v_hidden
    USING p_tenant;

    RETURN v_hidden;
END;
$$;

COMMENT ON FUNCTION c360._hidden_traits(text) IS
    'Computed traits whose expressions look at what is masked now.';
