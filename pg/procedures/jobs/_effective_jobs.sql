-- The jobs of a tenant as they are in force, of all tenants without one: its own, and the defaults it has not replaced by a job of
-- that name. Reads only.

CREATE OR REPLACE FUNCTION c360._effective_jobs(p_tenant text DEFAULT NULL)
    RETURNS TABLE (
        tenant     text,
        job        text,
        kind       text,
        arguments  jsonb,
        schedule   text,
        is_enabled boolean,
        is_default boolean
    )
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        own.tenant,
        own.job,
        own.kind,
        own.arguments,
        own.schedule,
        own.is_enabled,
        false
    FROM c360.jobs AS own
    WHERE p_tenant IS NULL
       OR own.tenant = p_tenant
    UNION ALL
    SELECT
        owner.tenant,
        known.kind,
        known.kind,
        '{}',
        known.default_schedule,
        true,
        true
    FROM c360.tenants AS owner
    CROSS JOIN c360.list_job_kinds() AS known
    WHERE (p_tenant IS NULL OR owner.tenant = p_tenant)
      AND known.default_schedule IS NOT NULL
      AND NOT EXISTS (
          SELECT
          FROM c360.jobs AS own
          WHERE own.tenant = owner.tenant
            AND own.job = known.kind
      );
$$;

COMMENT ON FUNCTION c360._effective_jobs(text) IS
    'The jobs in force: those a tenant set, and the defaults it did not replace.';
