-- Puts the rows of one metadata table of a dump in place, under the name the tenant has here. Values the dump does not know
-- get their defaults; attributes start as active. API keys whose hash is here already stay with whom they belong to. Rows pass every constraint and
-- trigger of the table: what could not have been written by hand is refused. Not safe to repeat.

CREATE OR REPLACE FUNCTION c360._restore_metadata_rows(
    p_tenant text,
    p_table  text,
    p_rows   jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_columns text;
    v_count   bigint;
BEGIN
    -- Only names that the catalogue has; the dump chooses among them.
    SELECT string_agg(quote_ident(known.name), ', ')
    INTO v_columns
    FROM c360._metadata_tables() AS listed
    CROSS JOIN LATERAL unnest(listed.columns) AS known (name)
    WHERE listed.table_name = p_table
      AND p_rows -> 0 ? known.name;

    IF v_columns IS NULL THEN
        RETURN 0;
    END IF;

    EXECUTE format(
        'INSERT INTO c360.%1$I (%2$s)
        SELECT %2$s
        FROM jsonb_populate_recordset(NULL::c360.%1$I, $1) AS given
        %3$s',
        p_table,
        v_columns,
        CASE WHEN p_table = 'api_keys' THEN 'ON CONFLICT (key_hash) DO NOTHING' ELSE '' END
    )
    USING (
        SELECT jsonb_agg(
            given.item
            || jsonb_build_object('tenant', p_tenant)
            -- Transactions of another place mean nothing here; small numbers never come up again.
            || CASE WHEN p_table = 'metadata_versions' THEN jsonb_build_object('xact_id', given.item ->> 'version') ELSE '{}' END
            || CASE WHEN p_table = 'profile_attributes' THEN '{"status": "active"}' ELSE '{}'::jsonb END
        )
        FROM jsonb_array_elements(p_rows) AS given (item)
    );

    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._restore_metadata_rows(text, text, jsonb) IS
    'Inserts the rows of one metadata table of a dump under the name the tenant has here.';
