-- Drops the compiled functions of a computed trait. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_trait_functions(
    p_tenant text,
    p_trait  text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    EXECUTE format('DROP FUNCTION IF EXISTS %I.%I(uuid[], timestamptz)', 'tenant_' || p_tenant, '_trait_' || p_trait);
    EXECUTE format('DROP FUNCTION IF EXISTS %I.%I(uuid, timestamptz)', 'tenant_' || p_tenant, '_looked_' || p_trait);
END;
$$;

COMMENT ON FUNCTION c360._drop_trait_functions(text, text) IS
    'Drops the compiled functions of a computed trait.';
