-- Sends rejected events that the caller has locked through ingest again, as received then: by their own source and time of reception.
-- p_payloads stand in the place of what was sent, where they are not NULL; the patch is laid over either. A dry run goes the same way,
-- to the end, and is taken back. What does not get its locks at once fails with 55P03. Trusts the search_path, and that the caller holds
-- an erasure off.
-- Answers {redriven, duplicates, rejected: [{rejected_event_id, messageId, code, message}]}.
-- Raises: U1007 patch_invalid, 55P03 (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360._redrive(
    p_tenant   text,
    p_ids      bigint[],
    p_payloads text[],
    p_patch    jsonb,
    p_dry_run  boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
    -- Below deadlock_timeout: several requests are recorded in one transaction, so their rows are not taken in one order, and what is just
    -- arriving must never be what gives way.
    SET lock_timeout = '200ms'
AS $$
DECLARE
    v_group       record;
    v_outcome     record;
    v_redriven    bigint := 0;
    v_duplicates  bigint := 0;
    v_rejected    jsonb := '[]';
BEGIN
    IF jsonb_typeof(p_patch) <> 'object' THEN
        RAISE EXCEPTION 'the patch is not a JSON object'
            USING ERRCODE = 'U1007',
                  HINT = 'Write an object such as {"event": "Bought"}.';
    END IF;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        -- One round per request the events came in: they share source and clock. In the order of reception, so that the first of
        -- several with one message id is the one that counts.
        FOR v_group IN
            SELECT
                rejected.source,
                rejected.received_at,
                array_agg(rejected.rejected_event_id ORDER BY rejected.rejected_event_id) AS ids,
                array_agg(corrected.event ORDER BY rejected.rejected_event_id) AS events,
                array_agg(sent.payload ORDER BY rejected.rejected_event_id) AS payloads
            FROM unnest(p_ids, p_payloads) AS given (rejected_event_id, payload)
            JOIN cdp_rejected_events AS rejected ON rejected.rejected_event_id = given.rejected_event_id
            CROSS JOIN LATERAL (
                SELECT coalesce(given.payload, rejected.payload) AS payload
            ) AS sent
            CROSS JOIN LATERAL (
                SELECT c360._patched_event(sent.payload, p_patch) AS event
            ) AS corrected
            GROUP BY rejected.source, rejected.received_at
            ORDER BY rejected.source, rejected.received_at
        LOOP
            SELECT told.accepted, told.duplicates, told.rejected
            INTO v_outcome
            FROM _record_events(
                p_tenant,
                v_group.source,
                ARRAY(
                    SELECT ROW(
                        1,
                        item.position - 1,
                        item.event,
                        CASE WHEN item.event IS NULL THEN item.payload END,
                        '{}'::jsonb,
                        NULL,
                        false
                    )::c360.sent_event
                    FROM unnest(v_group.events, v_group.payloads) WITH ORDINALITY AS item (event, payload, position)
                    ORDER BY item.position
                ),
                v_group.received_at,
                p_keep_rejected => false
            ) AS told;
            v_redriven := v_redriven + v_outcome.accepted;
            v_duplicates := v_duplicates + v_outcome.duplicates;
            v_rejected := v_rejected || c360._settle_redriven_events(v_group.ids, v_outcome.rejected);
        END LOOP;

        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN jsonb_build_object('redriven', v_redriven, 'duplicates', v_duplicates, 'rejected', v_rejected);
END;
$$;

COMMENT ON FUNCTION c360._redrive(text, bigint[], text[], jsonb, boolean) IS
    'Sends locked rejected events through ingest again, corrected; a dry run is taken back.';
