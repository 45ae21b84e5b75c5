-- Makes cdp_traits anew with one column for each computed trait that was compiled once, of the type PostgreSQL gave to it. A value of another
-- type, of an expression before, is shown as none until everybody has been looked at. Part of a sync; grants follow with _grant_tenant().

CREATE OR REPLACE FUNCTION c360._make_traits_view(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
DECLARE
    v_schema  text := 'tenant_' || p_tenant;
    v_columns text;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT string_agg(
        CASE state.data_type
            WHEN 'text' THEN format(E',\n    known.traits ->> %1$L AS %1$I', state.trait)
            WHEN 'text[]' THEN format(
                E',\n    CASE jsonb_typeof(known.traits -> %1$L) WHEN ''array'' THEN ARRAY(\n'
                    '        SELECT listed.value FROM jsonb_array_elements_text(known.traits -> %1$L) AS listed (value)\n    ) END AS %1$I',
                state.trait
            )
            ELSE format(
                E',\n    CASE WHEN pg_input_is_valid(known.traits ->> %1$L, %2$L) THEN (known.traits ->> %1$L)::%2$s END AS %1$I',
                state.trait, state.data_type
            )
        END,
        '' ORDER BY state.trait
    )
    INTO v_columns
    FROM cdp_trait_states AS state
    WHERE state.data_type IS NOT NULL;

    EXECUTE format('DROP VIEW IF EXISTS %I.cdp_traits', v_schema);
    EXECUTE format(
        E'CREATE VIEW %1$I.cdp_traits AS\nSELECT\n    known.master_profile_id,\n    known.changed_at%2$s\nFROM %1$I.cdp_trait_values AS known',
        v_schema, v_columns
    );
    EXECUTE format('COMMENT ON VIEW %I.cdp_traits IS %L', v_schema, 'Computed traits of each golden record, a column each.');
END;
$$;

COMMENT ON FUNCTION c360._make_traits_view(text) IS
    'Makes the view of computed traits with a column for each.';
