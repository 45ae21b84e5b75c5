-- Says where the lake of a tenant is. Not for people of the tenant: the worker goes wherever this says. An address that has files already is
-- changed only with p_adopt: the ledger then speaks of the new place, as after a move of bucket or server. Safe to repeat.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4461 lake_invalid, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.set_lake(
    p_tenant  text,
    p_url     text,
    p_options jsonb DEFAULT '{}',
    p_format  text DEFAULT 'parquet',
    p_adopt   boolean DEFAULT false
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_url text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF coalesce(p_url, '') !~ '^(file|s3|webhdfs|swebhdfs)://[^\s@?#]+$' THEN
        RAISE EXCEPTION 'that is no address of a lake'
            USING ERRCODE = 'U4461',
                  HINT = 'Write file:///srv/lake, s3://bucket/folder or webhdfs://host:9870/folder; passwords come from the environment.';
    END IF;
    IF p_format IS NULL OR p_format NOT IN ('parquet', 'iceberg') THEN
        RAISE EXCEPTION 'a lake has no format "%"', coalesce(p_format, 'NULL')
            USING ERRCODE = 'U4461',
                  HINT = 'Take parquet or iceberg.';
    END IF;
    IF jsonb_typeof(p_options) IS DISTINCT FROM 'object'
        OR EXISTS (SELECT FROM jsonb_object_keys(p_options) AS given (name) WHERE given.name ~* 'secret|password|token|access_key')
    THEN
        RAISE EXCEPTION 'options of a lake are an object without secrets'
            USING ERRCODE = 'U4461',
                  HINT = 'Credentials come from the environment of the process that works on the lake.';
    END IF;
    IF to_regclass('cdp_lake_files') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for a lake yet', p_tenant
            USING ERRCODE = 'U4465',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    SELECT lake.url INTO v_url FROM c360.lakes AS lake WHERE lake.tenant = p_tenant;

    IF v_url IS DISTINCT FROM p_url AND NOT p_adopt AND EXISTS (SELECT FROM cdp_lake_files) THEN
        RAISE EXCEPTION 'tenant "%" has files in a lake %', p_tenant, coalesce('at ' || v_url, 'that this database does not know')
            USING ERRCODE = 'U4461',
                  HINT = 'Move them first, then repeat with --adopt, and c360 lake verify. A restored copy of a tenant wants a lake of its own: adopted by two, an erasure in one takes files away from the other.';
    END IF;

    INSERT INTO c360.lakes AS lake (tenant, url, options, format, set_by)
    VALUES (p_tenant, p_url, p_options, p_format, c360._actor())
    ON CONFLICT (tenant) DO UPDATE
    SET url = excluded.url,
        options = excluded.options,
        format = excluded.format,
        set_by = excluded.set_by,
        set_at = now();

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'lake.set', p_url, jsonb_build_object('options', p_options, 'format', p_format));
END;
$$;

COMMENT ON FUNCTION c360.set_lake(text, text, jsonb, text, boolean) IS
    'Says where the lake of a tenant is.';
