-- Takes a match rule of a tenant away. Safe to repeat: false when there is none of that name. The tenant's functions
-- follow with the next sync, and what was matched before with the next rebuild.
-- Raises: U4404 and U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_match_rule(
    p_tenant text,
    p_rule   text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM c360.match_rules AS stated
    WHERE stated.tenant = p_tenant
      AND stated.rule = p_rule;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_match_rule(text, text) IS
    'Removes a match rule; in force after the next sync. Returns whether there was one.';
