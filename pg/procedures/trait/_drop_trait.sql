-- Removes what a sync made of a computed trait that is no longer in the metadata: functions, state and values. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_trait(
    p_tenant text,
    p_trait  text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._drop_trait_functions(p_tenant, p_trait);

    DELETE FROM cdp_trait_states AS state
    WHERE state.trait = p_trait;

    UPDATE cdp_trait_values AS known
    SET traits = known.traits - p_trait
    WHERE known.traits ? p_trait;
END;
$$;

COMMENT ON FUNCTION c360._drop_trait(text, text) IS
    'Removes functions, state and values of a computed trait that is no longer in the metadata.';
