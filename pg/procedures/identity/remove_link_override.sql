-- Takes back what a person decided about who is who: the rules decide again, at once. Answers what became of the golden
-- records, or NULL when there is no such override (any more), so that a repeat does no harm. The audit log keeps it.
-- p_dry_run: answers the same and changes nothing. Waits for the resolver.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.remove_link_override(
    p_tenant           text,
    p_link_override_id bigint,
    p_dry_run          boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind    text;
    v_changes jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._wait_for_resolver(p_tenant);

    SELECT override.kind
    INTO v_kind
    FROM cdp_link_overrides AS override
    WHERE override.link_override_id = p_link_override_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        v_changes := c360._resettle(
            p_tenant,
            c360._drop_override(p_tenant, p_link_override_id, 'removed'),
            jsonb_build_object('link_override_id', p_link_override_id, 'kind', 'removed ' || v_kind, 'by', c360._actor())
        );

        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN jsonb_build_object('dry_run', coalesce(p_dry_run, false), 'link_override_id', p_link_override_id, 'kind', v_kind)
        || v_changes;
END;
$$;

COMMENT ON FUNCTION c360.remove_link_override(text, bigint, boolean) IS
    'Takes a link override back and lets the rules decide again; NULL when there is none of that id.';
