-- Sends rejected events through ingest again, as received then: by their own source and time of reception.
-- p_patch is laid over each event first (a member set to null is taken out); for an event that is no JSON object it is
-- the whole event. The original stays, with status redriven; what is refused again stays rejected with its new reason.
-- Safe to repeat: settled rows are left alone. Answers {redriven, duplicates, rejected: [{rejected_event_id, ...}]}.
-- Raises: U1404 rejected_event_not_found, U1007 patch_invalid, U4404, U4423

CREATE OR REPLACE FUNCTION c360.redrive_rejected_events(
    p_tenant              text,
    p_rejected_event_ids  bigint[],
    p_patch               jsonb DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids         bigint[];
    v_group       record;
    v_outcome     jsonb;
    v_redriven    bigint := 0;
    v_duplicates  bigint := 0;
    v_rejected    jsonb := '[]';
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    -- First, because an erasure removes rejected events while it keeps recording out.
    PERFORM c360._hold_off_erasure();
    v_ids := c360._lock_rejected_events(p_rejected_event_ids);

    IF jsonb_typeof(p_patch) <> 'object' THEN
        RAISE EXCEPTION 'the patch is not a JSON object'
            USING ERRCODE = 'U1007';
    END IF;

    -- One round per request the events came in: they share source and clock. Ordered, so that two redrives cannot deadlock.
    FOR v_group IN
        SELECT
            rejected.source,
            rejected.received_at,
            array_agg(rejected.rejected_event_id ORDER BY rejected.rejected_event_id) AS ids,
            array_agg(patched.event ORDER BY rejected.rejected_event_id) AS events,
            array_agg(CASE WHEN patched.event IS NULL THEN rejected.payload END ORDER BY rejected.rejected_event_id) AS unstorable
        FROM cdp_rejected_events AS rejected
        CROSS JOIN LATERAL (
            SELECT c360._patched_event(rejected.payload, p_patch) AS event
        ) AS patched
        WHERE rejected.rejected_event_id = ANY (v_ids)
        GROUP BY rejected.source, rejected.received_at
        ORDER BY rejected.source, rejected.received_at
    LOOP
        v_outcome := c360._record_events(
            p_tenant,
            v_group.source,
            v_group.events,
            v_group.received_at,
            v_group.unstorable,
            p_keep_rejected => false
        );
        v_redriven := v_redriven + (v_outcome ->> 'accepted')::bigint;
        v_duplicates := v_duplicates + (v_outcome ->> 'duplicates')::bigint;
        v_rejected := v_rejected || c360._settle_redriven_events(v_group.ids, v_outcome -> 'rejected');
    END LOOP;

    RETURN jsonb_build_object('redriven', v_redriven, 'duplicates', v_duplicates, 'rejected', v_rejected);
END;
$$;

COMMENT ON FUNCTION c360.redrive_rejected_events(text, bigint[], jsonb) IS
    'Sends rejected events through ingest again, corrected by a patch; the originals are kept.';
