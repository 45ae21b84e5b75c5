-- Removes the purchases of a person, and lets an order that somebody else reported as well count for them: they are queued for the
-- resolver, and where an earlier release kept the person's report alone, what their events say is read again. To be called when
-- the events of the person are gone from them. Answers how many went.
-- Trusts the search_path and that nobody records. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_purchases(p_tenant text, p_raw_profile_ids bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_count   bigint;
    v_orders  text[];
    v_numbers text[];
BEGIN
    WITH gone AS (
        DELETE FROM cdp_purchases AS bought
        WHERE bought.raw_profile_id = ANY (p_raw_profile_ids)
        RETURNING
            bought.order_id,
            bought.kind,
            bought.report_count
    )
    SELECT
        count(*),
        -- Reported once: by the person.
        array_agg(DISTINCT gone.order_id) FILTER (WHERE gone.kind = 'order' AND gone.order_id IS NOT NULL AND gone.report_count > 1),
        array_agg(DISTINCT gone.order_id) FILTER (WHERE gone.order_id IS NOT NULL)
    INTO
        v_count,
        v_orders,
        v_numbers
    FROM gone;

    INSERT INTO cdp_resolution_queue (raw_profile_id, needs_rebuild)
    SELECT
        others.raw_profile_id,
        true
    FROM cdp_purchases AS others
    WHERE others.kind = 'order'
      AND others.order_id = ANY (v_numbers)
    GROUP BY others.raw_profile_id
    ORDER BY others.raw_profile_id;

    IF v_orders IS NOT NULL THEN
        PERFORM c360._record_purchases(p_tenant, reported.received_at, reported.event_ids)
        FROM (
            SELECT
                event.received_at,
                array_agg(event.event_id ORDER BY event.event_id) AS event_ids
            FROM cdp_behavioral_events AS event
            WHERE event.type = 'track'
              AND event.event_name = 'Order Completed'
              AND c360._order_key(event.payload #> '{properties,order_id}') = ANY (v_orders)
              AND NOT EXISTS (
                  SELECT
                  FROM cdp_purchases AS own
                  WHERE own.kind = 'order'
                    AND own.order_id = c360._order_key(event.payload #> '{properties,order_id}')
                    AND own.raw_profile_id = event.raw_profile_id
              )
            GROUP BY event.received_at
            ORDER BY event.received_at
        ) AS reported;
    END IF;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._erase_purchases(text, bigint[]) IS
    'Removes purchases of a person; orders that others reported too are theirs now.';
