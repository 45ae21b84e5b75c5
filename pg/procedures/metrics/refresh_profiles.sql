-- Works out what follows from the next golden records that changed, and after an upgrade or a change of time zone, currency or weights of engagement from all of them, p_limit at a time: one
-- transaction, so that a crash leaves nothing half done. Among them are some that are no more, so that what was derived of them goes.
-- Call again while "has_more" is true. The worker does it by itself. Answers {profiles, has_more}; {busy: true} when another session
-- is at it.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_profiles(p_tenant text, p_limit integer DEFAULT 2000)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_limit integer := greatest(c360._checked_limit(p_limit), 1);
    v_claim record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF to_regclass('cdp_touched_profiles') IS NULL OR NOT c360._try_lock(p_tenant, 'profiles') THEN
        RETURN jsonb_build_object('profiles', 0, 'has_more', false, 'busy', to_regclass('cdp_touched_profiles') IS NOT NULL);
    END IF;

    PERFORM c360._begin_engagement_ranks(p_tenant);

    SELECT claimed.*
    INTO v_claim
    FROM c360.tenants AS tenant
    CROSS JOIN LATERAL c360._claim_touched_profiles(tenant.time_zone, tenant.default_currency, v_limit) AS claimed
    WHERE tenant.tenant = p_tenant;

    PERFORM c360._refresh_metrics(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._refresh_engagement_ranks(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._refresh_purchase_histories(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._refresh_traits(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._refresh_segments(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._note_activation_triggers(p_tenant, v_claim.master_profile_ids);
    PERFORM c360._tell_consents(p_tenant, v_claim.master_profile_ids);

    PERFORM c360._queue_reports(v_claim.master_profile_ids);

    RETURN jsonb_build_object('profiles', cardinality(v_claim.master_profile_ids), 'has_more', v_claim.has_more);
END;
$$;

COMMENT ON FUNCTION c360.refresh_profiles(text, integer) IS
    'Works out what follows from golden records that changed; answers whether more is to be done.';
