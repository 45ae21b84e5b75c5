-- Makes the two functions of a segment: _segment_<code>(ids, as_of), who of these golden records is in, and _why_<code>(id, as_of), which
-- part of the condition holds. Both belong to the role c360_<tenant>_segments and run as it. The texts are written by the control
-- plane from a checked condition, $1 and $2 in them are the arguments. Answers what the planner expects for 1,000 golden records.
-- Safe to repeat. A role that is in the way of a sync, or no CREATE right, cannot happen to the owner of c360.
-- Raises: U3302 segment_condition_invalid when it costs too much; of class 42 and 22 what PostgreSQL finds wrong

CREATE OR REPLACE FUNCTION c360._make_segment_functions(
    p_tenant  text,
    p_segment text,
    p_members text,
    p_parts   text
)
    RETURNS double precision
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_role   text := format('c360_%s_segments', p_tenant);
    v_zone   text := (SELECT tenant.time_zone FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
    v_cost   double precision;
BEGIN
    PERFORM c360._drop_segment_functions(p_tenant, p_segment);

    EXECUTE format(
        'CREATE FUNCTION %1$I.%2$I(p_ids uuid[], p_as_of timestamptz DEFAULT now()) RETURNS SETOF uuid LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = ''32MB''
        SET jit = off SET TimeZone = %3$L SET DateStyle = ''ISO'' AS %4$L',
        v_schema, '_segment_' || p_segment, v_zone, p_members
    );
    EXECUTE format(
        'CREATE FUNCTION %1$I.%2$I(p_id uuid, p_as_of timestamptz DEFAULT now())
        RETURNS TABLE (place integer, parent integer, kind text, condition text, holds boolean, "values" jsonb) LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = ''32MB''
        SET jit = off SET TimeZone = %3$L SET DateStyle = ''ISO'' AS %4$L',
        v_schema, '_why_' || p_segment, v_zone, p_parts
    );

    v_cost := c360._segment_cost(p_members, v_role);

    EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', v_schema, v_role);
    EXECUTE format('ALTER FUNCTION %I.%I(uuid[], timestamptz) OWNER TO %I', v_schema, '_segment_' || p_segment, v_role);
    EXECUTE format('ALTER FUNCTION %I.%I(uuid, timestamptz) OWNER TO %I', v_schema, '_why_' || p_segment, v_role);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', v_schema, v_role);

    RETURN v_cost;
END;
$$;

COMMENT ON FUNCTION c360._make_segment_functions(text, text, text, text) IS
    'Makes the compiled functions of a segment, owned by the role that may read no more than conditions need.';
