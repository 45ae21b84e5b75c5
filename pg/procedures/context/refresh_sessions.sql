-- Works out the visits of the next observations with new events, and after an upgrade or a change of session_minutes those of all
-- observations, p_limit at a time: one transaction, so that a crash leaves nothing half done. The result is that of working out all
-- from the events, whatever the order they came in. Call again while "has_more" is true. The worker does it by itself. Answers
-- {visitors, sessions, has_more}; {busy: true} when another session is at it. With session_minutes 0 it removes what is there.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_sessions(p_tenant text, p_limit integer DEFAULT 2000)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_limit    integer := greatest(c360._checked_limit(p_limit), 1);
    v_idle     interval;
    v_claim    record;
    v_visitors bigint[];
    v_counts   bigint[];
    v_since    timestamptz[];
    v_sessions bigint := 0;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF to_regclass('cdp_visits') IS NULL OR NOT c360._try_lock(p_tenant, 'sessions') THEN
        RETURN jsonb_build_object('visitors', 0, 'sessions', 0, 'has_more', false, 'busy', to_regclass('cdp_visits') IS NOT NULL);
    END IF;

    SELECT nullif(make_interval(mins => tenant.session_minutes), interval '0')
    INTO v_idle
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    IF v_idle IS NULL THEN
        RETURN jsonb_build_object('visitors', 0, 'sessions', 0, 'has_more', c360._drop_visits(v_limit));
    END IF;

    SELECT * INTO v_claim FROM c360._claim_observations(v_idle, v_limit);

    SELECT
        array_agg(cut.visitor_id),
        array_agg(cut.event_count),
        array_agg(cut.since)
    INTO
        v_visitors,
        v_counts,
        v_since
    FROM c360._visitor_cuts(c360._visitors_of(v_claim.raw_profile_ids), v_idle) AS cut;

    IF v_visitors IS NOT NULL THEN
        v_sessions := c360._write_visits(v_visitors, v_since, v_idle);

        UPDATE cdp_visitors AS visitor
        SET event_count = done.event_count,
            idle = v_idle
        FROM unnest(v_visitors, v_counts) AS done (visitor_id, event_count)
        WHERE visitor.visitor_id = done.visitor_id;
    END IF;

    RETURN jsonb_build_object(
        'visitors', coalesce(cardinality(v_visitors), 0),
        'sessions', v_sessions,
        'has_more', v_claim.has_more
    );
END;
$$;

COMMENT ON FUNCTION c360.refresh_sessions(text, integer) IS
    'Works out the visits of visitors with new events; answers whether more is to be done.';
