-- Keeps webhooks within their max_backlog: one with more waiting is left out of the fan-out, its messages stay in the log, and a backfill
-- goes on from there once half of that is left. Nothing is lost by it: the log keeps what a backfill has not read. Called by the relay before
-- each slice of backfills; does without the fan-out where that is in the middle of a step. Counting takes as long as much waits: one relay does it, at
-- most once a second and for a twentieth of the time. Safe to repeat and to share.

CREATE OR REPLACE FUNCTION c360._hold_back()
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_over  uuid[];
    v_began timestamptz := clock_timestamp();
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM c360.subscriptions AS subscription
        WHERE subscription.max_backlog IS NOT NULL
        UNION ALL
        SELECT
        FROM c360.backfills AS backfill
        WHERE backfill.is_held
    ) THEN
        RETURN;
    END IF;

    PERFORM
    FROM c360.upkeep AS due
    WHERE due.task = 'backlogs'
      AND due.next_at <= v_began
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    UPDATE c360.backfills AS backfill
    SET is_held = judged.is_over
    FROM (
        SELECT
            held.subscription_id,
            subscription.max_backlog IS NOT NULL
            AND c360._waiting_deliveries(held.subscription_id, subscription.max_backlog)
                >= CASE WHEN held.is_held THEN subscription.max_backlog / 2 + 1 ELSE subscription.max_backlog END AS is_over
        FROM c360.backfills AS held
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = held.subscription_id
        WHERE subscription.max_backlog IS NOT NULL
           OR held.is_held
        FOR UPDATE OF held SKIP LOCKED
    ) AS judged
    WHERE backfill.subscription_id = judged.subscription_id
      AND backfill.is_held <> judged.is_over;

    -- Where the backfill begins must be where the fan-out stops: so the fan-out waits meanwhile, between two of its steps.
    v_over := ARRAY(SELECT c360._over_backlog());
    IF v_over <> '{}' THEN
        PERFORM
        FROM c360.ticks AS tick
        WHERE tick.tick = 'fan-out'
          AND tick.target_snapshot IS NULL
        FOR UPDATE SKIP LOCKED;

        IF FOUND THEN
            INSERT INTO c360.backfills (subscription_id, from_at, done_snapshot, is_held)
            SELECT
                over.subscription_id,
                '-infinity',
                tick.done_snapshot,
                true
            FROM unnest(v_over) AS over (subscription_id)
            JOIN c360.ticks AS tick ON tick.tick = 'fan-out'
            ON CONFLICT (subscription_id) DO NOTHING;
        END IF;
    END IF;

    UPDATE c360.upkeep AS due
    SET next_at = clock_timestamp() + greatest(interval '1 second', 20 * (clock_timestamp() - v_began))
    WHERE due.task = 'backlogs';
END;
$$;

COMMENT ON FUNCTION c360._hold_back() IS
    'Leaves webhooks that have too much waiting out of the fan-out, and lets them go on later.';
