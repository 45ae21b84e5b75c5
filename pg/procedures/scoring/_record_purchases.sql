-- Recognises orders and refunds among just recorded events and keeps them in cdp_purchases. Runs in the transaction that
-- recorded the events, trusts the search_path. Answers how many rows it wrote. Raises nothing for anything a shop may send.
-- An order reported by several events of one observation is one row: a report with a readable amount wins, then the earliest, then
-- the lowest source and message id, so the order of arrival makes no difference. Which rows of several observations are one order
-- is decided when they are read (c360._counted_orders()). Everybody whose golden record may lose or gain by it is queued for the
-- resolver, also those this batch does not name. Called again with the same events it changes no purchase (report_count may count an
-- outdone report twice).

CREATE OR REPLACE FUNCTION c360._record_purchases(
    p_tenant      text,
    p_received_at timestamptz,
    p_event_ids   bigint[]
)
    RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    v_default_currency text;
    v_orders           text[];
    v_written          integer;
BEGIN
    SELECT array_agg(c360._order_key(event.payload #> '{properties,order_id}'))
    INTO v_orders
    FROM cdp_behavioral_events AS event
    WHERE event.received_at = p_received_at
      AND event.event_id = ANY (p_event_ids)
      AND event.type = 'track'
      AND event.event_name IN ('Order Completed', 'Order Refunded');

    IF v_orders IS NULL THEN
        RETURN 0;
    END IF;

    -- Two transactions that report the same order, or an order and its refund, must see each other, or nobody would queue
    -- the one that lost.
    PERFORM c360._hold_orders(p_tenant, v_orders);

    SELECT tenant.default_currency
    INTO v_default_currency
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    WITH sent AS (
        SELECT
            event.raw_profile_id,
            event.event_id,
            event.source,
            event.message_id,
            CASE event.event_name WHEN 'Order Completed' THEN 'order' ELSE 'refund' END AS kind,
            event.occurred_at,
            event.payload -> 'properties' AS properties
        FROM cdp_behavioral_events AS event
        WHERE event.received_at = p_received_at
          AND event.event_id = ANY (p_event_ids)
          AND event.type = 'track'
          AND event.event_name IN ('Order Completed', 'Order Refunded')
          AND NOT EXISTS (SELECT FROM cdp_purchases AS known WHERE known.event_id = event.event_id)
    ),
    report AS (
        SELECT
            sent.raw_profile_id,
            sent.event_id,
            sent.source,
            sent.message_id,
            sent.kind,
            c360._order_key(sent.properties -> 'order_id') AS order_id,
            sent.occurred_at,
            priced.amount_minor,
            priced.currency,
            priced.is_unreadable,
            priced.items
        FROM sent
        CROSS JOIN LATERAL c360._purchase_amount(sent.kind, sent.properties, v_default_currency) AS priced
    ),
    best AS (
        SELECT DISTINCT ON (report.raw_profile_id, report.kind, coalesce(report.order_id, ''), numbered.tie)
            report.*,
            count(*) OVER (PARTITION BY report.raw_profile_id, report.kind, report.order_id, numbered.tie)::integer AS report_count
        FROM report
        -- Only orders with a number can be reports of the same thing.
        CROSS JOIN LATERAL (
            SELECT CASE WHEN report.kind = 'refund' OR report.order_id IS NULL THEN report.event_id END AS tie
        ) AS numbered
        ORDER BY
            report.raw_profile_id,
            report.kind,
            coalesce(report.order_id, ''),
            numbered.tie,
            report.amount_minor IS NULL,
            report.occurred_at,
            report.source COLLATE "C",
            report.message_id COLLATE "C"
    ),
    -- Whose golden record counts these orders so far: looked up before the rows change hands.
    affected AS (
        SELECT known.raw_profile_id
        FROM report
        JOIN cdp_purchases AS known ON known.kind = 'order' AND known.order_id = report.order_id
        UNION
        SELECT report.raw_profile_id
        FROM report
    ),
    queued AS (
        INSERT INTO cdp_resolution_queue (raw_profile_id, needs_rebuild)
        SELECT
            affected.raw_profile_id,
            true
        FROM affected
        ORDER BY affected.raw_profile_id
    ),
    written AS (
        INSERT INTO cdp_purchases AS kept (
            raw_profile_id,
            event_id,
            source,
            message_id,
            kind,
            order_id,
            occurred_at,
            amount_minor,
            currency,
            is_unreadable,
            items,
            report_count
        )
        SELECT
            best.raw_profile_id,
            best.event_id,
            best.source,
            best.message_id,
            best.kind,
            best.order_id,
            best.occurred_at,
            best.amount_minor,
            best.currency,
            best.is_unreadable,
            best.items,
            best.report_count
        FROM best
        ON CONFLICT (order_id, raw_profile_id) WHERE kind = 'order' DO UPDATE
        SET (event_id, source, message_id, occurred_at, amount_minor, currency, is_unreadable, items, report_count) = (
            SELECT
                better.event_id,
                better.source,
                better.message_id,
                better.occurred_at,
                better.amount_minor,
                better.currency,
                better.is_unreadable,
                coalesce(better.items, kept.items, excluded.items),
                kept.report_count + excluded.report_count
            FROM (
                VALUES
                    (kept.event_id, kept.source, kept.message_id, kept.occurred_at,
                     kept.amount_minor, kept.currency, kept.is_unreadable, kept.items),
                    (excluded.event_id, excluded.source, excluded.message_id,
                     excluded.occurred_at, excluded.amount_minor, excluded.currency, excluded.is_unreadable, excluded.items)
            ) AS better (event_id, source, message_id, occurred_at, amount_minor, currency, is_unreadable, items)
            ORDER BY
                better.amount_minor IS NULL,
                better.occurred_at,
                better.source COLLATE "C",
                better.message_id COLLATE "C"
            LIMIT 1
        )
        RETURNING 1
    )
    SELECT count(*)
    INTO v_written
    FROM written;

    RETURN v_written;
END;
$$;

COMMENT ON FUNCTION c360._record_purchases(text, timestamptz, bigint[]) IS
    'Keeps the orders and refunds among recorded events as purchases; an order of an observation is one.';
