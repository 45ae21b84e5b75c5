-- Sets how long a tenant keeps a kind of data; NULL takes its policy back, and the default of the kind holds. Answers whether
-- anything changed; safe to repeat. What is past by then goes with the next run of c360.apply_retention(), which the
-- workers do by themselves, and cannot be brought back: look at its dry run first.
-- Raises: U4404, U4423 of the tenant; U4430 retention_invalid

CREATE OR REPLACE FUNCTION c360.set_retention(
    p_tenant text,
    p_kind   text,
    p_keep   interval
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET intervalstyle = 'postgres'
AS $$
DECLARE
    v_before interval;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_retention_kind(p_kind);

    SELECT policy.keep
    INTO v_before
    FROM c360.retention_policies AS policy
    WHERE policy.tenant = p_tenant
      AND policy.kind = p_kind;

    IF p_keep IS NULL THEN
        DELETE FROM c360.retention_policies AS policy
        WHERE policy.tenant = p_tenant
          AND policy.kind = p_kind;
    ELSE
        PERFORM c360._apply_retention_policies(
            p_tenant,
            jsonb_build_array(jsonb_build_object('kind', p_kind, 'keep', p_keep))
        );
    END IF;

    RETURN v_before IS DISTINCT FROM p_keep;
END;
$$;

COMMENT ON FUNCTION c360.set_retention(text, text, interval) IS
    'Sets how long a tenant keeps a kind of data, in whole days; NULL goes back to the default. Returns whether anything changed.';
