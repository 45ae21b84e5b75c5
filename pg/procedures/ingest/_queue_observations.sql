-- Tells the resolver which observations a call made or saw again: one queue row each, and one message for all where somebody
-- wants that; otherwise its bell is all.
-- The golden record must be rebuilt for a new observation and for one with traits, which is more recent now. Purchases
-- queue by themselves, see _record_purchases.

CREATE OR REPLACE FUNCTION c360._queue_observations(
    p_tenant           text,
    p_raw_profile_ids  bigint[],
    p_new_ids          bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_count bigint;
BEGIN
    INSERT INTO cdp_resolution_queue (raw_profile_id, needs_rebuild)
    SELECT
        seen.raw_profile_id,
        seen.raw_profile_id IN (SELECT unnest(p_new_ids))
            -- Not EXISTS: the planner may turn that into one scan of the whole table.
            OR (
                SELECT raw.traits <> '{}'
                FROM cdp_raw_profiles AS raw
                WHERE raw.raw_profile_id = seen.raw_profile_id
            )
    FROM (
        SELECT DISTINCT item.raw_profile_id
        FROM unnest(p_raw_profile_ids) AS item (raw_profile_id)
    ) AS seen;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    IF c360._message_mode(p_tenant, 'c360-id-resolution') = 'off' THEN
        PERFORM c360._ring_bell('resolver');
        RETURN;
    END IF;

    -- Not by c360._publish(): this runs for every request, and as a statement it keeps its plan.
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        p_tenant,
        'c360-id-resolution',
        'observations.queued',
        p_tenant,
        c360._message_body('observations.queued', p_tenant, now(), jsonb_build_object('count', v_count));
END;
$$;

COMMENT ON FUNCTION c360._queue_observations(text, bigint[], bigint[]) IS
    'Queues observations for identity resolution, and says so in c360-id-resolution to those who want to know.';
