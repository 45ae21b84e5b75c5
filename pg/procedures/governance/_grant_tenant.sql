-- Gives the three roles of a tenant what they may do in its schema. Safe to repeat; last step of every sync, because
-- new tables and recreated views start without grants. Silent where the roles do not exist. Leaves alone what somebody else
-- owns in the schema, and what is private (_is_private_table).
--   reader: every view and table but the columns where values stand as they were sent and the masked attributes
--   writer: also adds observations to cdp_raw_profiles
--   admin:  also reads those columns: the person who must answer what is known about somebody
-- What the conditions of segments run as has its own grants (_grant_segments).

CREATE OR REPLACE FUNCTION c360._grant_tenant(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_reader text := format('c360_%s_reader', p_tenant);
    v_writer text := format('c360_%s_writer', p_tenant);
    v_admin  text := format('c360_%s_admin', p_tenant);
    v_table  record;
BEGIN
    PERFORM c360._grant_segments(p_tenant);

    IF to_regrole(quote_ident(v_reader)) IS NULL THEN
        RETURN;
    END IF;

    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', v_schema, v_reader);

    FOR v_table IN
        SELECT
            relation.relname,
            relation.relkind = 'v' AND count(hidden.column_name) = 0 AS is_open,
            string_agg(quote_ident(attribute.attname), ', ' ORDER BY attribute.attnum)
                FILTER (WHERE hidden.column_name IS NULL) AS shown
        FROM pg_class AS relation
        JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
        LEFT JOIN c360._hidden_columns(p_tenant) AS hidden
            ON hidden.table_name = relation.relname
            AND hidden.column_name = attribute.attname
        WHERE relation.relnamespace = to_regnamespace(quote_ident(v_schema))
          AND relation.relkind IN ('r', 'p', 'v')
          AND NOT relation.relispartition
          AND NOT c360._is_private_table(relation.relname)
          AND pg_has_role(relation.relowner, 'USAGE')
          AND attribute.attnum > 0
          AND NOT attribute.attisdropped
        GROUP BY
            relation.oid,
            relation.relname,
            relation.relkind
    LOOP
        EXECUTE format('REVOKE ALL ON %I.%I FROM %I, %I, %I', v_schema, v_table.relname, v_reader, v_writer, v_admin);

        IF v_table.is_open THEN
            EXECUTE format('GRANT SELECT ON %I.%I TO %I', v_schema, v_table.relname, v_reader);
        ELSE
            EXECUTE format('GRANT SELECT (%s) ON %I.%I TO %I', v_table.shown, v_schema, v_table.relname, v_reader);
            EXECUTE format('GRANT SELECT ON %I.%I TO %I', v_schema, v_table.relname, v_admin);
        END IF;
    END LOOP;

    EXECUTE format(
        'GRANT INSERT (source, identifiers, traits, observed_at) ON %I.cdp_raw_profiles TO %I', v_schema, v_writer
    );
END;
$$;

COMMENT ON FUNCTION c360._grant_tenant(text) IS
    'Grants the tables and views of a tenant to its reader, writer and admin role, masked columns left out.';
