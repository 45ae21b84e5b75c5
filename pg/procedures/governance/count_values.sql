-- How many values a column of a tenant holds, and how many of them would be lost by dropping it (no new type) or by
-- giving it another type. Reads the whole table: asked only before a change that may lose something. Table and type are compared with
-- fixed lists: a name from outside is never used as a type. For the owner of c360 alone.
-- Raises: U4404 tenant_not_found, U4420 column_unknown

CREATE OR REPLACE FUNCTION c360.count_values(
    p_tenant   text,
    p_table    text,
    p_column   text,
    p_new_type text DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_lost   text := 'true';
    v_answer jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    IF p_table NOT IN ('cdp_master_profiles', 'cdp_profile_metrics')
        OR (p_new_type IN (
            'text', 'text[]', 'integer', 'bigint', 'numeric', 'double precision', 'boolean', 'date', 'timestamptz', 'jsonb'
        )) IS FALSE
        OR NOT EXISTS (
            SELECT
            FROM pg_attribute AS attribute
            WHERE attribute.attrelid = to_regclass(format('%I.%I', 'tenant_' || p_tenant, p_table))
              AND attribute.attname = p_column
              AND attribute.attnum > 0
        )
    THEN
        RAISE EXCEPTION 'values of column % of % cannot be counted as %', p_column, p_table, p_new_type
            USING ERRCODE = 'U4420',
                  HINT = 'Columns of golden records and their metrics are counted, as the types an attribute may have.';
    END IF;

    IF p_new_type IN ('text[]', 'jsonb') THEN
        v_lost := 'false';
    ELSIF p_new_type IS NOT NULL THEN
        v_lost := format('NOT pg_input_is_valid(%I::text, %L)', p_column, p_new_type);
    END IF;

    EXECUTE format(
        'SELECT jsonb_build_object(''values'', count(%1$I), ''lost'', count(%1$I) FILTER (WHERE %2$s)) FROM %3$I.%4$I',
        p_column, v_lost, 'tenant_' || p_tenant, p_table
    )
    INTO v_answer;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360.count_values(text, text, text, text) IS
    'Values in a column and how many would be lost by dropping it or by another type.';
