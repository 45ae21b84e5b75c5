-- A target of a preset as it is spelled in a mapping of the tenant; an attribute the tenant does not have becomes a trait of that name.
-- Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._preset_target(p_tenant text, p_target text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT coalesce(
        c360._import_target(p_tenant, p_target),
        CASE WHEN p_target NOT LIKE 'identifiers.%' AND p_target NOT LIKE 'traits.%' THEN c360._import_target(p_tenant, 'traits.' || p_target) END
    );
$$;

COMMENT ON FUNCTION c360._preset_target(text, text) IS
    'A target of a preset in the words of a tenant.';
