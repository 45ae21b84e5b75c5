-- The one core of ingest: every way in (SQL, HTTP, redrive) ends here, with the events of one or of many requests of a source.
-- Called as the copy that each tenant has (c360._tenant_copies()), so that its plans are that tenant's own.
-- One transaction, set-based: refused events, message ids, observations, events, activity, purchases, consents, queue, messages.
-- Safe to repeat: an event whose (source, messageId) is known is a duplicate, whatever else it says; also one that was erased.
-- Of an IP address no more than the tenant keeps is written anywhere, see c360._kept_ip().
-- Events of erased persons are answered like others and not kept: the answer must not tell who was erased.
--
-- The fingerprint is the expression of the generated column cdp_raw_profiles.content_hash, needed before the row exists.
--
-- Concurrent batches cannot deadlock: each step takes its rows in the order of their key, and all take the steps in the
-- same order. Plans do not depend on statistics: a cached plan made while a table was empty must serve when it is large.
-- Answers a row for each request, in order: rejected is [{index, messageId, code, message}], implausible counts the accepted events that
-- said a time that cannot be read or cannot be right. Never raises because of an event.

CREATE OR REPLACE FUNCTION c360._record_events(
    p_tenant         text,
    p_source         text,
    p_events         c360.sent_event[],
    p_received_at    timestamptz,
    p_request_count  integer DEFAULT 1,
    p_keep_rejected  boolean DEFAULT true
)
    RETURNS TABLE (
        accepted     bigint,
        duplicates   bigint,
        implausible  bigint,
        rejected     jsonb
    )
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_erased_key       bytea;
    v_ip               text := (SELECT tenant.ip FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
    v_is_planned       boolean := EXISTS (SELECT FROM cdp_event_checks);
    v_good_requests    integer[];
    v_rejected         jsonb;
    v_requests         integer[];
    v_implausible      integer[];
    v_refused          bytea[];
    v_message_ids      text[];
    v_types            text[];
    v_event_names      text[];
    v_occurred_at      timestamptz[];
    v_clock_statuses   text[];
    v_identifiers      jsonb[];
    v_traits           jsonb[];
    v_payloads         jsonb[];
    v_hashes           bytea[];
    v_new_ids          bigint[];
    v_raw_profile_ids  bigint[];
    v_event_ids        bigint[];
BEGIN
    PERFORM _hold_off_erasure();
    v_erased_key := _erased_event_key();

    WITH judged AS MATERIALIZED (
        SELECT
            event.request,
            event.index,
            event.message_id,
            event.type,
            event.event_name,
            event.occurred_at,
            event.clock_status,
            event.identifiers,
            event.traits,
            event.payload,
            CASE WHEN plan.faults IS NOT NULL THEN event.payload::text ELSE event.sent END AS sent,
            CASE WHEN plan.faults IS NOT NULL THEN 'U1113' ELSE event.code END AS code,
            plan.faults,
            coalesce(event.message_id, gen_random_uuid()::text) AS dedup_id
        FROM c360._judge_events(p_events, p_received_at, v_ip) AS event
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN v_is_planned AND event.code IS NULL THEN c360._blocking_faults(event.type, event.event_name, event.payload)
            END AS faults
            OFFSET 0
        ) AS plan
    ),
    kept AS (
        INSERT INTO cdp_rejected_events (received_at, source, message_id, code, reason, payload)
        SELECT
            p_received_at,
            p_source,
            left(judged.message_id, 200),
            judged.code,
            c360._rejection_reason(judged.code) || coalesce(': ' || judged.faults, ''),
            judged.sent
        FROM judged
        WHERE judged.code IS NOT NULL
          AND p_keep_rejected
        ORDER BY judged.request, judged.index
    ),
    candidates AS (
        SELECT DISTINCT ON (judged.dedup_id) judged.*
        FROM judged
        WHERE judged.code IS NULL
          AND CASE
              WHEN v_erased_key IS NULL THEN true
              ELSE NOT c360._is_erased_event(v_erased_key, p_source, judged.dedup_id)
          END
        ORDER BY judged.dedup_id, judged.request, judged.index
    ),
    admitted AS (
        INSERT INTO cdp_event_ids AS known (source, message_id, received_at)
        SELECT
            p_source,
            candidates.dedup_id,
            p_received_at
        FROM candidates
        ORDER BY candidates.dedup_id
        ON CONFLICT (source, message_id) DO NOTHING
        RETURNING known.message_id
    )
    SELECT
        (SELECT array_agg(judged.request) FROM judged WHERE judged.code IS NULL),
        (
            SELECT jsonb_object_agg(refused.request, refused.events)
            FROM (
                SELECT
                    judged.request,
                    jsonb_agg(jsonb_build_object(
                        'index', judged.index,
                        'messageId', left(judged.message_id, 200),
                        'code', judged.code,
                        'message', c360._rejection_reason(judged.code) || coalesce(': ' || judged.faults, '')
                    ) ORDER BY judged.index) AS events
                FROM judged
                WHERE judged.code IS NOT NULL
                GROUP BY judged.request
            ) AS refused
        ),
        array_agg(event.request ORDER BY event.request, event.index),
        array_agg(event.request) FILTER (WHERE event.clock_status = 'implausible'),
        array_agg(event.dedup_id ORDER BY event.request, event.index),
        array_agg(event.type ORDER BY event.request, event.index),
        array_agg(event.event_name ORDER BY event.request, event.index),
        array_agg(event.occurred_at ORDER BY event.request, event.index),
        array_agg(event.clock_status ORDER BY event.request, event.index),
        array_agg(event.identifiers ORDER BY event.request, event.index),
        array_agg(event.traits ORDER BY event.request, event.index),
        array_agg(event.payload ORDER BY event.request, event.index),
        array_agg(sha256(convert_to(
            p_source || chr(31) || event.identifiers::text || chr(31) || event.traits::text, 'UTF8'
        )) ORDER BY event.request, event.index)
    INTO
        v_good_requests,
        v_rejected,
        v_requests,
        v_implausible,
        v_message_ids,
        v_types,
        v_event_names,
        v_occurred_at,
        v_clock_statuses,
        v_identifiers,
        v_traits,
        v_payloads,
        v_hashes
    FROM candidates AS event
    -- IS TRUE keeps the planner from making a join of it: it believes in one row and would compare each with each.
    WHERE (event.dedup_id IN (SELECT admitted.message_id FROM admitted)) IS TRUE;

    IF v_message_ids IS NOT NULL THEN
        v_new_ids := _observe(p_source, v_identifiers, v_traits, v_hashes, v_occurred_at);
        v_refused := _refuse_suppressed(v_new_ids);
        IF v_refused <> '{}' THEN
            PERFORM c360._forget_refused_ids(p_source, ARRAY(
                SELECT given.message_id
                FROM unnest(v_hashes, v_message_ids) AS given (content_hash, message_id)
                WHERE given.content_hash = ANY (v_refused)
            ));
        END IF;

        -- A statement of its own: within the first one, rows that another session committed meanwhile are invisible.
        WITH recorded AS (
            INSERT INTO cdp_behavioral_events AS event (
                received_at,
                occurred_at,
                clock_status,
                raw_profile_id,
                source,
                message_id,
                type,
                event_name,
                payload
            )
            SELECT
                p_received_at,
                given.occurred_at,
                given.clock_status,
                (SELECT raw.raw_profile_id FROM cdp_raw_profiles AS raw WHERE raw.content_hash = given.content_hash),
                p_source,
                given.message_id,
                given.type,
                given.event_name,
                given.payload
            FROM unnest(v_hashes, v_message_ids, v_types, v_event_names, v_occurred_at, v_clock_statuses, v_payloads)
                WITH ORDINALITY AS given (
                    content_hash, message_id, type, event_name, occurred_at, clock_status, payload, position
                )
            WHERE given.content_hash <> ALL (v_refused)
            ORDER BY given.position
            RETURNING event.event_id, event.raw_profile_id, event.event_name, event.occurred_at
        )
        SELECT
            array_agg(recorded.event_id ORDER BY recorded.event_id),
            array_agg(recorded.raw_profile_id ORDER BY recorded.event_id),
            array_agg(recorded.event_name ORDER BY recorded.event_id),
            array_agg(recorded.occurred_at ORDER BY recorded.event_id)
        INTO
            v_event_ids,
            v_raw_profile_ids,
            v_event_names,
            v_occurred_at
        FROM recorded;
    END IF;

    IF v_event_ids IS NOT NULL THEN
        PERFORM _count_activity(v_raw_profile_ids, v_event_names, v_occurred_at);
        IF v_event_names && ARRAY['Order Completed', 'Order Refunded'] THEN
            PERFORM c360._record_purchases(p_tenant, p_received_at, v_event_ids);
        END IF;
        IF EXISTS (SELECT FROM unnest(v_payloads) AS sent (payload) WHERE sent.payload -> 'context' ?| '{consent,consentManagement}') THEN
            PERFORM _record_consents(p_tenant, p_received_at, v_event_ids);
        END IF;
        PERFORM _queue_observations(p_tenant, v_raw_profile_ids, v_new_ids);
        PERFORM _publish_events(p_tenant, p_received_at, v_event_ids);
        IF v_is_planned THEN
            PERFORM c360._count_violations(p_received_at, v_event_ids);
        END IF;
    END IF;

    IF p_request_count = 1 THEN
        accepted := coalesce(cardinality(v_requests), 0);
        duplicates := coalesce(cardinality(v_good_requests), 0) - accepted;
        implausible := coalesce(cardinality(v_implausible), 0);
        rejected := coalesce(v_rejected -> '1', '[]');
        RETURN NEXT;
    ELSE
        RETURN QUERY
        SELECT
            coalesce(taken.event_count, 0),
            coalesce(good.event_count, 0) - coalesce(taken.event_count, 0),
            coalesce(odd.event_count, 0),
            coalesce(v_rejected -> number::text, '[]')
        FROM generate_series(1, p_request_count) AS number
        LEFT JOIN (SELECT item, count(*) AS event_count FROM unnest(v_good_requests) AS item GROUP BY item) AS good ON good.item = number
        LEFT JOIN (SELECT item, count(*) AS event_count FROM unnest(v_requests) AS item GROUP BY item) AS taken ON taken.item = number
        LEFT JOIN (SELECT item, count(*) AS event_count FROM unnest(v_implausible) AS item GROUP BY item) AS odd ON odd.item = number
        ORDER BY number;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._record_events(text, text, c360.sent_event[], timestamptz, integer, boolean) IS
    'Judges, deduplicates and records events with everything that follows from them; answers what became of them, request by request.';
