-- Gives the role c360_<tenant>_segments what conditions may read, and nothing else: columns that are not masked of the views below, the
-- times and names of events and their properties that readers see, who is in which segment, and scores. Safe to repeat; part of every sync, because views that are made anew start
-- without grants. Silent where the role does not exist.

CREATE OR REPLACE FUNCTION c360._grant_segments(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema   text := 'tenant_' || p_tenant;
    v_role     text := format('c360_%s_segments', p_tenant);
    v_granted  record;
    v_function text;
BEGIN
    IF to_regrole(quote_ident(v_role)) IS NULL OR to_regclass(format('%I.cdp_segment_members', v_schema)) IS NULL THEN
        RETURN;
    END IF;

    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', v_schema, v_role);

    FOR v_granted IN
        SELECT
            relation.relname,
            string_agg(quote_ident(attribute.attname), ', ' ORDER BY attribute.attnum) AS columns
        FROM c360._segment_relations() AS listed
        JOIN pg_class AS relation
            ON relation.relnamespace = to_regnamespace(quote_ident(v_schema))
            AND relation.relname = listed.relation
        JOIN pg_attribute AS attribute
            ON attribute.attrelid = relation.oid
            AND attribute.attnum > 0
            AND NOT attribute.attisdropped
            AND attribute.attname = ANY (coalesce(listed.columns, ARRAY[attribute.attname::text]))
        WHERE attribute.attname NOT IN (SELECT hidden.attribute FROM c360._masked_attributes(p_tenant) AS hidden)
          AND (relation.relname, attribute.attname) NOT IN (
              SELECT hidden.table_name, hidden.column_name FROM c360._hidden_columns(p_tenant) AS hidden
          )
        GROUP BY relation.relname
    LOOP
        EXECUTE format('REVOKE ALL ON %I.%I FROM %I', v_schema, v_granted.relname, v_role);
        EXECUTE format('GRANT SELECT (%s) ON %I.%I TO %I', v_granted.columns, v_schema, v_granted.relname, v_role);
    END LOOP;

    FOR v_function IN
        SELECT format('%I.%I(%s)', v_schema, present.proname, pg_get_function_identity_arguments(present.oid))
        FROM c360._segment_functions() AS listed
        JOIN pg_proc AS present
            ON present.pronamespace = to_regnamespace(quote_ident(v_schema))
            AND present.proname = listed.function_name
        WHERE pg_has_role(present.proowner, 'USAGE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_role);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._grant_segments(text) IS
    'Grants what conditions of segments may read to the role they run as.';
