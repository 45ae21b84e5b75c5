-- Orders of others that the person reported too were reported less often. To be called while the person has events.
-- Trusts the search_path. Not safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._take_back_reports(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
BEGIN
    UPDATE cdp_purchases AS bought
    SET report_count = greatest(1, bought.report_count - reported.report_count)
    FROM (
        SELECT
            c360._order_key(event.payload #> '{properties,order_id}') AS order_id,
            count(*)::integer AS report_count
        FROM cdp_behavioral_events AS event
        WHERE event.raw_profile_id = ANY (p_raw_profile_ids)
          AND event.type = 'track'
          AND event.event_name = 'Order Completed'
        GROUP BY 1
    ) AS reported
    WHERE bought.kind = 'order'
      AND bought.order_id = reported.order_id
      AND bought.raw_profile_id <> ALL (p_raw_profile_ids);
END;
$$;

COMMENT ON FUNCTION c360._take_back_reports(bigint[]) IS
    'Counts orders of others without the reports of a person.';
