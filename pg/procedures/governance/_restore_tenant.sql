-- First step of restoring a tenant: its metadata, history of versions included, and its roles, from what _dump_tenant() gave,
-- under its own name or another one. Its schema is made by the caller (c360 tenant restore), in the same transaction.
-- Answers how many API keys stayed out because they are known here. Not safe to repeat: a second call is refused.
-- For the owner of c360 alone; granted to nobody.
-- Raises: U4409 tenant_exists, U4410 tenant_invalid, and what the tables refuse

CREATE OR REPLACE FUNCTION c360._restore_tenant(
    p_tenant text,
    p_dump   jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
    v_rows  jsonb;
    v_count bigint;
    v_kept_out bigint := 0;
BEGIN
    PERFORM c360._check_tenant_settings(p_tenant, NULL, NULL);

    IF EXISTS (SELECT FROM c360.tenants AS known WHERE known.tenant = p_tenant)
        OR to_regnamespace(quote_ident('tenant_' || p_tenant)) IS NOT NULL
    THEN
        RAISE EXCEPTION 'tenant "%" exists already', p_tenant
            USING ERRCODE = 'U4409',
                  HINT = 'Restore it under another name with --as, or drop the other one first.';
    END IF;

    FOR v_table IN
        SELECT listed.table_name
        FROM c360._metadata_tables() WITH ORDINALITY AS listed (table_name, columns, place)
        -- Versions before what they are versions of: the triggers then find that nothing is new. Match rules after the
        -- attributes they name: their trigger looks for them.
        ORDER BY
            listed.table_name <> 'tenants',
            listed.table_name <> 'metadata_versions',
            listed.table_name = 'match_rules',
            listed.place
    LOOP
        v_rows := coalesce(p_dump -> 'metadata' -> v_table.table_name, '[]');

        IF v_table.table_name = 'metadata_versions' THEN
            DELETE FROM c360.metadata_versions AS version
            WHERE version.tenant = p_tenant;
        END IF;

        v_count := c360._restore_metadata_rows(p_tenant, v_table.table_name, v_rows);

        IF v_table.table_name = 'api_keys' THEN
            v_kept_out := jsonb_array_length(v_rows) - v_count;
        END IF;
    END LOOP;

    -- Retired only now: a rule may have been written while its attribute was in use.
    UPDATE c360.profile_attributes AS known
    SET status = given.status
    FROM jsonb_to_recordset(p_dump -> 'metadata' -> 'profile_attributes') AS given (attribute text, status text)
    WHERE known.tenant = p_tenant
      AND known.attribute = given.attribute
      AND known.status <> given.status;

    PERFORM c360._create_tenant_roles(p_tenant);
    PERFORM c360._name_early_members(p_tenant);

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (
        c360._actor(), p_tenant, 'tenants.restored', p_tenant,
        jsonb_build_object('dumped_as', p_dump -> 'tenant', 'dumped_at', p_dump -> 'dumped_at')
    );

    RETURN v_kept_out;
END;
$$;

COMMENT ON FUNCTION c360._restore_tenant(text, jsonb) IS
    'Registers a tenant with the metadata and roles of a dump; returns how many API keys were left out.';
