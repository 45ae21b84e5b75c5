-- Which reports of orders with these numbers (all where NULL) count as an order, and how refunds match them. Answers a row for each
-- order, with what refunds until p_as_of take back and how many they are, and for each refund that has one, with whether an item of it was not found there.
-- Shops number their orders independently of each other. So reports of one number are one order when they are
--   * of one golden record and one source, or
--   * of one golden record, of one source, or one of them without a strong identifier, and their amounts are equal or one says none;
-- of these the best counts: one with an amount, then with a strong identifier, the earliest, the lowest source and message id. What
-- golden records others have makes no difference to these: theirs change without this one being made anew.
-- A refund belongs to the one order of its number and currency that is nearest to it: of its golden record and source, of its golden
-- record, of its source, of any; to none where two are equally near. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._counted_orders(
    p_tenant  text,
    p_numbers text[]      DEFAULT NULL,
    p_as_of   timestamptz DEFAULT 'infinity'
)
    RETURNS TABLE (purchase_id bigint, taken_minor numeric, refund_count bigint, is_unfound boolean)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_strong text[] := ARRAY(
        SELECT kind.identifier_type
        FROM c360.identifier_types AS kind
        WHERE kind.tenant = p_tenant
          AND kind.is_strong
          AND kind.is_matched
    );
BEGIN
    RETURN QUERY
    WITH told AS (
        SELECT
            link.master_profile_id,
            bought.purchase_id,
            bought.raw_profile_id,
            bought.source,
            bought.message_id,
            bought.order_id,
            bought.occurred_at,
            bought.amount_minor,
            bought.currency,
            bought.items,
            count(*) OVER (PARTITION BY bought.order_id) AS report_count
        FROM cdp_purchases AS bought
        LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = bought.raw_profile_id
        WHERE bought.kind = 'order'
          AND bought.order_id IS NOT NULL
          AND (p_numbers IS NULL OR bought.order_id = ANY (p_numbers))
    ),
    report AS MATERIALIZED (
        SELECT
            told.*,
            known.is_known,
            row_number() OVER (
                PARTITION BY told.order_id
                ORDER BY
                    told.amount_minor IS NULL,
                    known.is_known DESC,
                    told.occurred_at,
                    told.source COLLATE "C",
                    told.message_id COLLATE "C"
            ) AS place
        FROM told
        CROSS JOIN LATERAL (
            SELECT told.report_count = 1 OR EXISTS (
                SELECT
                FROM cdp_raw_profiles AS raw
                WHERE raw.raw_profile_id = told.raw_profile_id
                  AND raw.identifiers ?| v_strong
            ) AS is_known
        ) AS known
    ),
    outdone AS MATERIALIZED (
        SELECT
            report.purchase_id,
            report.place,
            report.items,
            better.purchase_id AS better_id
        FROM report
        JOIN report AS better
            ON better.order_id = report.order_id
            AND better.place < report.place
        WHERE report.report_count > 1
          AND better.report_count > 1
          AND (
              (better.master_profile_id = report.master_profile_id AND better.source = report.source)
              OR (
                  (
                      better.master_profile_id = report.master_profile_id
                      OR better.source = report.source
                      OR NOT (better.is_known AND report.is_known)
                  )
                  AND coalesce(better.amount_minor = report.amount_minor AND better.currency = report.currency, true)
              )
          )
    ),
    ordered AS MATERIALIZED (
        SELECT
            report.purchase_id,
            report.master_profile_id,
            report.source,
            report.order_id,
            report.amount_minor,
            report.currency,
            coalesce(
                report.items,
                (
                    SELECT other.items
                    FROM outdone AS other
                    WHERE other.better_id = report.purchase_id
                      AND other.items IS NOT NULL
                    ORDER BY other.place
                    LIMIT 1
                )
            ) AS items
        FROM report
        WHERE report.report_count = 1
           OR NOT EXISTS (SELECT FROM outdone WHERE outdone.purchase_id = report.purchase_id)
    ),
    near AS (
        SELECT
            refund.purchase_id,
            ordered.purchase_id AS order_purchase_id,
            refund.occurred_at,
            refund.amount_minor,
            refund.currency,
            refund.items,
            ordered.amount_minor AS ordered_minor,
            ordered.currency AS ordered_currency,
            ordered.items AS ordered_items,
            rank() OVER (
                PARTITION BY refund.purchase_id
                ORDER BY
                    (link.master_profile_id = ordered.master_profile_id) IS TRUE DESC,
                    refund.source = ordered.source DESC
            ) AS distance
        FROM cdp_purchases AS refund
        JOIN ordered ON ordered.order_id = refund.order_id
        LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = refund.raw_profile_id
        WHERE refund.kind = 'refund'
          AND coalesce(refund.currency, ordered.currency) = ordered.currency
    ),
    refunded AS MATERIALIZED (
        SELECT
            matched.purchase_id,
            matched.order_purchase_id,
            matched.occurred_at,
            found.is_unfound,
            coalesce(c360._amount_minor(found.amount, matched.ordered_currency), 0) + CASE
                WHEN matched.amount_minor IS NULL THEN matched.ordered_minor
                -- Sent without a currency: kept with four decimals, meant in the currency of the order.
                WHEN matched.currency IS NULL
                    THEN round(matched.amount_minor * power(10::numeric, c360._currency_exponent(matched.ordered_currency) - 4))
                ELSE matched.amount_minor
            END AS taken_minor
        FROM (
            SELECT
                near.*,
                count(*) OVER (PARTITION BY near.purchase_id) AS order_count
            FROM near
            WHERE near.distance = 1
        ) AS matched
        CROSS JOIN LATERAL c360._amount_of_items(matched.items, matched.ordered_items) AS found
        WHERE matched.order_count = 1
    )
    SELECT
        ordered.purchase_id,
        taken.minor,
        coalesce(taken.refund_count, 0),
        false
    FROM ordered
    LEFT JOIN (
        SELECT
            refunded.order_purchase_id,
            sum(refunded.taken_minor) AS minor,
            count(*) AS refund_count
        FROM refunded
        WHERE refunded.occurred_at <= p_as_of
        GROUP BY refunded.order_purchase_id
    ) AS taken ON taken.order_purchase_id = ordered.purchase_id
    UNION ALL
    SELECT
        refunded.purchase_id,
        NULL,
        NULL,
        refunded.is_unfound
    FROM refunded;
END;
$$;

COMMENT ON FUNCTION c360._counted_orders(text, text[], timestamptz) IS
    'Which reports count as an order, what refunds take back of it, and which refunds have an order.';
