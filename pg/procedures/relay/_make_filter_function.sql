-- Makes the compiled condition of a webhook: _filter_<id>(messages, as_of, ids), the sequence numbers of the messages it wants. It belongs to
-- the role c360_<tenant>_segments and runs as it. The text is written by the control plane from a checked condition, $1, $2 and $3 in it are
-- the arguments. Safe to repeat.
-- Raises: U5422 subscription_filter_invalid when it costs too much; of class 42 and 22 what PostgreSQL finds wrong

CREATE OR REPLACE FUNCTION c360._make_filter_function(
    p_tenant          text,
    p_subscription_id uuid,
    p_wanted          text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema    text := 'tenant_' || p_tenant;
    v_role      text := format('c360_%s_segments', p_tenant);
    v_name      text := c360._filter_function(p_subscription_id);
    v_signature text := '(c360.judged_message[], timestamptz, uuid[])';
BEGIN
    PERFORM c360._drop_filter_function(p_tenant, p_subscription_id);

    EXECUTE format(
        'CREATE FUNCTION %1$I.%2$I(p_messages c360.judged_message[], p_as_of timestamptz, p_ids uuid[]) RETURNS SETOF bigint LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = ''32MB''
        SET jit = off SET TimeZone = %3$L SET DateStyle = ''ISO'' AS %4$L',
        v_schema, v_name, (SELECT tenant.time_zone FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant), p_wanted
    );

    EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', v_schema, v_role);
    EXECUTE format('ALTER FUNCTION %I.%I%s OWNER TO %I', v_schema, v_name, v_signature, v_role);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', v_schema, v_role);

    -- What its role may not read, is said now and not when something is sent.
    EXECUTE format('SELECT FROM %I.%I(''{}'', now(), ''{}'')', v_schema, v_name);
    PERFORM c360._check_filter_cost(p_wanted, v_role);
END;
$$;

COMMENT ON FUNCTION c360._make_filter_function(text, uuid, text) IS
    'Makes the compiled condition of a webhook, owned by the role that may read no more than conditions need.';
