-- Adds a match rule of a tenant or changes it, the row given whole. Answers whether anything changed; safe to repeat.
-- The tenant's functions follow with the next sync, and what was matched before with the next rebuild.
-- Raises: U4404 and U4423 of the tenant; U4416 match_rule_invalid

CREATE OR REPLACE FUNCTION c360.set_match_rule(
    p_tenant      text,
    p_rule        text,
    p_kind        text,
    p_definition  jsonb DEFAULT '{}',
    p_priority    integer DEFAULT 100,
    p_is_active   boolean DEFAULT true,
    p_description text DEFAULT ''
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row jsonb := jsonb_build_object(
        'rule', p_rule,
        'kind', p_kind,
        'priority', p_priority,
        'definition', p_definition,
        'is_active', p_is_active,
        'description', p_description
    );
    v_before jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    SELECT to_jsonb(stated.*) - 'tenant' - 'created_at'
    INTO v_before
    FROM c360.match_rules AS stated
    WHERE stated.tenant = p_tenant
      AND stated.rule = p_rule;

    PERFORM c360._apply_match_rules(p_tenant, jsonb_build_array(v_row));

    RETURN v_before IS DISTINCT FROM v_row;
END;
$$;

COMMENT ON FUNCTION c360.set_match_rule(text, text, text, jsonb, integer, boolean, text) IS
    'Adds or changes a match rule; in force after the next sync. Returns whether anything changed.';
