-- A webhook that something is to be sent to again: its row, and what has been fanned out for it. Holds it until the transaction ends.
-- Raises: U5404 subscription_not_found; U5411 subscription_disabled

CREATE OR REPLACE FUNCTION c360._sending_subscription(
    p_tenant            text,
    p_subscription      text,
    OUT subscription_id uuid,
    OUT topics          text[],
    OUT types           text[],
    OUT lane_count      smallint,
    OUT max_age         interval,
    OUT done_snapshot   pg_snapshot
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_state text;
BEGIN
    SELECT
        known.subscription_id,
        known.topics,
        known.types,
        known.lane_count,
        known.max_age,
        known.state,
        coalesce(backfill.done_snapshot, tick.done_snapshot)
    INTO STRICT
        subscription_id,
        topics,
        types,
        lane_count,
        max_age,
        v_state,
        done_snapshot
    FROM c360.subscriptions AS known
    JOIN c360.ticks AS tick ON tick.tick = 'fan-out'
    LEFT JOIN c360.backfills AS backfill ON backfill.subscription_id = known.subscription_id
    WHERE known.subscription_id = c360._find_subscription(p_tenant, p_subscription)
    FOR KEY SHARE OF known;

    IF v_state = 'disabled' THEN
        RAISE EXCEPTION 'subscription "%" is disabled', p_subscription
            USING ERRCODE = 'U5411',
                  HINT = format('Resume it first: c360 webhook resume %s %s', p_tenant, p_subscription);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._sending_subscription(text, text) IS
    'A webhook that something is to be sent to again; refuses a disabled one.';
