-- Makes the two functions of a computed trait: _trait_<code>(ids, as_of), what the expression answers for these golden records, and
-- _looked_<code>(id, as_of), the values it looks at. Both belong to the role c360_<tenant>_segments and run as it. The texts are written by
-- the control plane from a checked expression, $1 and $2 in them are the arguments. Answers the type and what the planner expects for
-- 1,000 golden records. Safe to repeat.
-- Raises: U3302 segment_condition_invalid when it costs too much, U3312 trait_invalid; of class 42 and 22 what PostgreSQL finds wrong

CREATE OR REPLACE FUNCTION c360._make_trait_functions(
    p_tenant      text,
    p_trait       text,
    p_values      text,
    p_looked      text,
    OUT data_type text,
    OUT cost      double precision
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_role   text := format('c360_%s_segments', p_tenant);
    v_zone   text := (SELECT tenant.time_zone FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
BEGIN
    PERFORM c360._drop_trait_functions(p_tenant, p_trait);
    data_type := c360._trait_type(p_values, v_role);

    EXECUTE format(
        'CREATE FUNCTION %1$I.%2$I(p_ids uuid[], p_as_of timestamptz DEFAULT now()) RETURNS TABLE (id uuid, value %5$s) LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = ''32MB''
        SET jit = off SET TimeZone = %3$L SET DateStyle = ''ISO'' AS %4$L',
        v_schema, '_trait_' || p_trait, v_zone, p_values, data_type
    );
    EXECUTE format(
        'CREATE FUNCTION %1$I.%2$I(p_id uuid, p_as_of timestamptz DEFAULT now())
        RETURNS jsonb LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = ''32MB''
        SET jit = off SET TimeZone = %3$L SET DateStyle = ''ISO'' AS %4$L',
        v_schema, '_looked_' || p_trait, v_zone, p_looked
    );

    cost := c360._segment_cost(p_values, v_role);

    EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', v_schema, v_role);
    EXECUTE format('ALTER FUNCTION %I.%I(uuid[], timestamptz) OWNER TO %I', v_schema, '_trait_' || p_trait, v_role);
    EXECUTE format('ALTER FUNCTION %I.%I(uuid, timestamptz) OWNER TO %I', v_schema, '_looked_' || p_trait, v_role);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', v_schema, v_role);
END;
$$;

COMMENT ON FUNCTION c360._make_trait_functions(text, text, text, text) IS
    'Makes the compiled functions of a computed trait, owned by the role that may read no more than expressions need.';
