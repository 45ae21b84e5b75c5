-- Adds a rule that says when which persons are to be contacted, or changes it, the definition given whole. Answers whether anything changed;
-- safe to repeat. What happened before sets nothing off.
-- Raises: U2511 consent_purpose_not_found, U2520 activation_rule_invalid; U4404, U4423 of the tenant; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360.set_activation_rule(
    p_tenant      text,
    p_rule        text,
    p_definition  jsonb,
    p_title       text DEFAULT '',
    p_description text DEFAULT '',
    p_status      text DEFAULT 'active'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT to_jsonb(own.*)
    INTO v_before
    FROM c360.activation_rules AS own
    WHERE own.tenant = p_tenant
      AND own.rule = p_rule;

    PERFORM c360._apply_activation_rules(p_tenant, jsonb_build_array(jsonb_build_object(
        'rule', p_rule,
        'title', p_title,
        'description', p_description,
        'status', p_status,
        'definition', p_definition
    )));

    RETURN EXISTS (
        SELECT
        FROM c360.activation_rules AS own
        WHERE own.tenant = p_tenant
          AND own.rule = p_rule
          AND to_jsonb(own.*) IS DISTINCT FROM v_before
    );
END;
$$;

COMMENT ON FUNCTION c360.set_activation_rule(text, text, jsonb, text, text, text) IS
    'Adds or changes a rule of activation. Returns whether anything changed.';
