-- Shows who would be who after changes that need no compiling: does them, rebuilds identities, and takes all of it back.
-- p_changes: {"max_cluster_size": n, "identifier_types": {"<type>": {"profile_limit": n, "person_limit": n}},
-- "match_rules": {"<composite rule>": {"priority": n, "is_active": false}}}, each part as wanted. Everything else is compiled into
-- functions of the tenant; `c360 identity preview FILE` previews that as well. Answers what c360.rebuild_identities() does, and
-- pairs: {counts, added, removed}, p_most of each. The resolver of the tenant waits meanwhile.
-- Raises: U4418 preview_needs_compiling, U4404 and U4423 of the tenant, 23514 for a limit its type cannot have (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.preview_rules(
    p_tenant  text,
    p_changes jsonb,
    p_most    integer DEFAULT 50
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text;
    v_changes jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    v_problem := c360._preview_problem(p_tenant, p_changes);
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'these changes cannot be previewed: %', v_problem
            USING ERRCODE = 'U4418',
                  HINT = 'Write them into a file and run: c360 identity preview FILE.';
    END IF;

    -- A subtransaction, so that nothing stays.
    BEGIN
        UPDATE c360.tenants AS known
        SET max_cluster_size = (p_changes ->> 'max_cluster_size')::integer
        WHERE known.tenant = p_tenant
          AND p_changes ? 'max_cluster_size';

        UPDATE c360.identifier_types AS known
        SET profile_limit = coalesce((given.item ->> 'profile_limit')::integer, known.profile_limit),
            person_limit = coalesce((given.item ->> 'person_limit')::integer, known.person_limit)
        FROM jsonb_each(coalesce(p_changes -> 'identifier_types', '{}')) AS given (name, item)
        WHERE known.tenant = p_tenant
          AND known.identifier_type = given.name;

        UPDATE c360.match_rules AS known
        SET priority = coalesce((given.item ->> 'priority')::integer, known.priority),
            is_active = coalesce((given.item ->> 'is_active')::boolean, known.is_active)
        FROM jsonb_each(coalesce(p_changes -> 'match_rules', '{}')) AS given (name, item)
        WHERE known.tenant = p_tenant
          AND known.rule = given.name;

        v_changes := c360._rebuild_with_pairs(p_tenant, c360._checked_limit(p_most));

        RAISE EXCEPTION 'a dry run ends here'
            USING ERRCODE = 'U2399';
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN v_changes || jsonb_build_object('dry_run', true);
END;
$$;

COMMENT ON FUNCTION c360.preview_rules(text, jsonb, integer) IS
    'Who would be who after changes of limits and priorities, done and taken back.';
