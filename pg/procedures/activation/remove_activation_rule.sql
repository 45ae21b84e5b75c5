-- Takes a rule away: what waits for it is not asked for any more; what it decided stays. Answers whether it was there; safe to repeat.
-- Raises: U4404, U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_activation_rule(p_tenant text, p_rule text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM c360.activation_rules AS own
    WHERE own.tenant = p_tenant
      AND own.rule = p_rule;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_activation_rule(text, text) IS
    'Takes a rule of activation away. Returns whether it was there.';
