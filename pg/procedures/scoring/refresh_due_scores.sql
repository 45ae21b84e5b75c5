-- Refreshes the scores of one tenant that is due: never refreshed, or longest ago and before p_now - p_every. For workers, any
-- number of them: each takes another tenant, a tenant somebody else is refreshing is passed over. One tenant a call, so
-- that each is a transaction of its own; call again until the answer is NULL. Suspended tenants are never due.
-- Answers what c360.refresh_scores answers, with "tenant"; NULL when nothing is due.
-- Raises: U4403 tenant_forbidden

CREATE OR REPLACE FUNCTION c360.refresh_due_scores(
    p_every interval    DEFAULT '15 minutes',
    p_now   timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant text;
BEGIN
    FOR v_tenant IN
        SELECT due.tenant
        FROM c360._tenants_with_due_scores(p_every, p_now) AS due
        ORDER BY
            due.refreshed_at NULLS FIRST,
            due.tenant
    LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtextextended('c360.scores:' || v_tenant, 0));

        -- Somebody may have refreshed it between the look and the lock.
        CONTINUE WHEN NOT EXISTS (
            SELECT
            FROM c360._tenants_with_due_scores(p_every, p_now) AS due
            WHERE due.tenant = v_tenant
        );

        RETURN jsonb_build_object('tenant', v_tenant) || c360.refresh_scores(v_tenant, p_now);
    END LOOP;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.refresh_due_scores(interval, timestamptz) IS
    'Refreshes the scores of one tenant whose scores are older than the interval; NULL when there is none.';
