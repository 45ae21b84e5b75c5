-- Active tenants whose scores were refreshed at or before p_now - p_every, or never. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tenants_with_due_scores(
    p_every interval,
    p_now   timestamptz
)
    RETURNS TABLE (
        tenant       text,
        refreshed_at timestamptz
    )
    LANGUAGE sql
    VOLATILE
AS $$
    SELECT
        tenant.tenant,
        model.refreshed_at
    FROM c360.tenants AS tenant
    LEFT JOIN c360.score_models AS model ON model.tenant = tenant.tenant
        AND model.model = 'rfm'
    WHERE tenant.status = 'active'
      AND coalesce(model.refreshed_at, '-infinity') <= p_now - p_every;
$$;

COMMENT ON FUNCTION c360._tenants_with_due_scores(interval, timestamptz) IS
    'Active tenants whose scores are older than the interval.';
