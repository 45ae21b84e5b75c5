-- Sends each of these events through ingest in the place of a rejected one: p_payloads are their texts, in the order of the numbers.
-- Received then, as in redrive_rejected_events(), and the originals stay as they were sent. A number that is there no longer, because
-- somebody was erased or its time was over, is told under unknown and costs no other. A dry run answers the same and changes nothing.
-- Safe to repeat: settled rows are left alone.
-- Answers {redriven, duplicates, rejected: [{rejected_event_id, ...}], unknown: [rejected_event_id]}.
-- Raises: U1007 patch_invalid, U4404, U4423, 55P03

CREATE OR REPLACE FUNCTION c360.redrive_corrected_events(
    p_tenant              text,
    p_rejected_event_ids  bigint[],
    p_payloads            text[],
    p_dry_run             boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_known     bigint[];
    v_unknown   bigint[];
    v_ids       bigint[];
    v_payloads  text[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._hold_off_erasure();

    IF cardinality(p_rejected_event_ids) IS DISTINCT FROM cardinality(p_payloads)
        OR array_position(p_rejected_event_ids, NULL) IS NOT NULL
        OR array_position(p_payloads, NULL) IS NOT NULL
        OR (SELECT count(DISTINCT given.id) < count(*) FROM unnest(p_rejected_event_ids) AS given (id))
    THEN
        RAISE EXCEPTION 'not every rejected event has one correction'
            USING ERRCODE = 'U1007',
                  HINT = 'Give each number once, and as many events as numbers.';
    END IF;

    SELECT
        coalesce(array_agg(given.id) FILTER (WHERE rejected.rejected_event_id IS NOT NULL), '{}'),
        coalesce(array_agg(given.id ORDER BY given.id) FILTER (WHERE rejected.rejected_event_id IS NULL), '{}')
    INTO v_known, v_unknown
    FROM unnest(p_rejected_event_ids) AS given (id)
    LEFT JOIN cdp_rejected_events AS rejected ON rejected.rejected_event_id = given.id;

    SELECT
        array_agg(given.id ORDER BY given.id),
        array_agg(given.payload ORDER BY given.id)
    INTO v_ids, v_payloads
    FROM unnest(p_rejected_event_ids, p_payloads) AS given (id, payload)
    JOIN unnest(c360._lock_rejected_events(v_known)) AS locked (id) ON locked.id = given.id;

    RETURN c360._redrive(p_tenant, v_ids, v_payloads, NULL, p_dry_run) || jsonb_build_object('unknown', to_jsonb(v_unknown));
END;
$$;

COMMENT ON FUNCTION c360.redrive_corrected_events(text, bigint[], text[], boolean) IS
    'Sends corrected events through ingest in the place of rejected ones, which are kept.';
