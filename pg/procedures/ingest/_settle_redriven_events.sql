-- Writes down what a redrive has made of rejected events: redriven, or still rejected for a (new) reason.
-- p_rejected counts its index from the order of p_rejected_event_ids. Answers the still rejected ones with
-- their ids, and with a messageId that is one.

CREATE OR REPLACE FUNCTION c360._settle_redriven_events(p_rejected_event_ids bigint[], p_rejected jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE cdp_rejected_events AS rejected
    SET code = again.code,
        reason = again.reason
    FROM (
        SELECT
            p_rejected_event_ids[(item ->> 'index')::integer + 1] AS rejected_event_id,
            item ->> 'code' AS code,
            item ->> 'message' AS reason
        FROM jsonb_array_elements(p_rejected) AS item
    ) AS again
    WHERE rejected.rejected_event_id = again.rejected_event_id
      AND (rejected.code, rejected.reason) <> (again.code, again.reason);

    UPDATE cdp_rejected_events AS rejected
    SET status = 'redriven',
        settled_at = now()
    WHERE rejected.rejected_event_id = ANY (p_rejected_event_ids)
      AND NOT EXISTS (
          SELECT
          FROM jsonb_array_elements(p_rejected) AS item
          WHERE p_rejected_event_ids[(item ->> 'index')::integer + 1] = rejected.rejected_event_id
      );

    RETURN (
        SELECT coalesce(jsonb_agg(
            CASE WHEN c360._has_message_id(rejected.payload) THEN item.value ELSE item.value - 'messageId' END
            - 'index'
            || jsonb_build_object('rejected_event_id', rejected.rejected_event_id)
            ORDER BY item.place
        ), '[]')
        FROM jsonb_array_elements(p_rejected) WITH ORDINALITY AS item (value, place)
        JOIN cdp_rejected_events AS rejected
            ON rejected.rejected_event_id = p_rejected_event_ids[(item.value ->> 'index')::integer + 1]
    );
END;
$$;

COMMENT ON FUNCTION c360._settle_redriven_events(bigint[], jsonb) IS
    'Marks rejected events as redriven, or notes why they were refused again.';
