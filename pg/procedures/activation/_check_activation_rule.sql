-- Refuses the name of a rule that is not there. Reads only.
-- Raises: U2521 activation_rule_not_found

CREATE OR REPLACE FUNCTION c360._check_activation_rule(p_tenant text, p_rule text)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.rule = p_rule
    ) THEN
        RAISE EXCEPTION 'tenant "%" has no rule of activation "%"', p_tenant, coalesce(p_rule, 'NULL')
            USING ERRCODE = 'U2521',
                  HINT = 'List them with c360 activation list.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_activation_rule(text, text) IS
    'Refuses the name of a rule of activation that is not there.';
