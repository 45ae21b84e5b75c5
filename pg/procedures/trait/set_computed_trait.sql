-- Adds a computed trait of a tenant or changes it, the row given whole. Answers whether anything changed; safe to repeat. The expression
-- is checked and compiled by the next sync; c360 trait create does both at once.
-- Raises: U3312 trait_invalid for a row that cannot be right, U3317 trait_name_taken; U4404 and U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.set_computed_trait(
    p_tenant         text,
    p_trait          text,
    p_expression     text,
    p_title          text DEFAULT '',
    p_description    text DEFAULT '',
    p_status         text DEFAULT 'active'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before timestamptz;
    v_first  boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF EXISTS (
        SELECT
        FROM c360.profile_attributes AS described
        WHERE described.tenant = p_tenant
          AND described.attribute = p_trait
          AND described.status = 'active'
    ) THEN
        RAISE EXCEPTION '"%" is an attribute already', p_trait
            USING ERRCODE = 'U3317',
                  HINT = 'Take another name: segments could not tell the two apart.';
    END IF;

    SELECT
        known.changed_at,
        known.notifies_first
    INTO
        v_before,
        v_first
    FROM c360.computed_traits AS known
    WHERE known.tenant = p_tenant
      AND known.trait = p_trait;

    PERFORM c360._apply_computed_traits(p_tenant, jsonb_build_array(jsonb_build_object(
        'trait', p_trait,
        'title', p_title,
        'description', p_description,
        'expression', p_expression,
        'status', p_status,
        'notifies_first', coalesce(v_first, false)
    )));

    RETURN EXISTS (
        SELECT
        FROM c360.computed_traits AS known
        WHERE known.tenant = p_tenant
          AND known.trait = p_trait
          AND (v_before IS NULL OR known.changed_at <> v_before)
    );
END;
$$;

COMMENT ON FUNCTION c360.set_computed_trait(text, text, text, text, text, text) IS
    'Adds or changes a computed trait; in force after the next sync. Returns whether anything changed.';
