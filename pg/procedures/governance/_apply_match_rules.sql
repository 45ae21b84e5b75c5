-- Adds the listed match rules of a tenant, or changes them to what is listed, each row given whole. Safe to repeat;
-- unchanged rows stay untouched. NULL lists nothing.
-- Raises: U4416 match_rule_invalid

CREATE OR REPLACE FUNCTION c360._apply_match_rules(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.match_rules AS known (tenant, rule, kind, priority, definition, is_active, description)
    SELECT
        p_tenant, given.rule, given.kind, given.priority, given.definition, given.is_active, given.description
    FROM jsonb_populate_recordset(NULL::c360.match_rules, p_rows) AS given
    ON CONFLICT (tenant, rule) DO UPDATE
    SET kind = excluded.kind,
        priority = excluded.priority,
        definition = excluded.definition,
        is_active = excluded.is_active,
        description = excluded.description
    WHERE to_jsonb(known.*) - 'created_at' <> to_jsonb(excluded.*) - 'created_at';
$$;

COMMENT ON FUNCTION c360._apply_match_rules(text, jsonb) IS
    'Adds or changes the listed match rules of a tenant.';
