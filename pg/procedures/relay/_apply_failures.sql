-- Applies failed answers to their deliveries in one statement; returns whether one of them was 410 Gone.
-- Called by _settle_failed() with the lanes and the state of the endpoint locked.

CREATE OR REPLACE FUNCTION c360._apply_failures(p_subscription_id uuid, p_failed jsonb, p_circuit text)
    RETURNS boolean
    LANGUAGE sql
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
    WITH judged AS MATERIALIZED (
        SELECT
            delivery.lane,
            delivery.delivery_id,
            delivery.message_seq,
            delivery.message_at,
            delivery.key_hash,
            (delivery.attempt + 1)::smallint AS attempt,
            result.status,
            result.error,
            result.ms,
            left(coalesce(result.answer, ''), 1000) AS answer,
            result.error || CASE WHEN result.error = 'status' THEN ' ' || result.status ELSE '' END AS last_error,
            c360._verdict(
                result.status, result.error, delivery.attempt + 1, cardinality(subscription.retry_schedule), p_circuit
            ) AS verdict,
            c360._retry_delay(
                subscription.retry_schedule, delivery.attempt + 1, result.error, result.retry_after, chance.jitter
            ) AS delay,
            c360._rest_seconds(subscription.retry_schedule, result.status, result.retry_after, chance.jitter) AS rest
        FROM jsonb_to_recordset(p_failed) AS result (
            lane smallint, delivery_id bigint, status integer, error text, ms integer, retry_after double precision, answer text
        )
        JOIN c360.deliveries AS delivery
            ON delivery.subscription_id = p_subscription_id
            AND delivery.lane = result.lane
            AND delivery.delivery_id = result.delivery_id
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = p_subscription_id
        CROSS JOIN LATERAL (SELECT random() + 0 * result.delivery_id AS jitter) AS chance
    ),
    removed AS (
        DELETE FROM c360.deliveries AS delivery
        USING judged
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = judged.lane
          AND delivery.delivery_id = judged.delivery_id
          AND judged.verdict <> 'keep'
    ),
    parked AS (
        INSERT INTO c360.parked_deliveries (
            subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt, due_at, last_error
        )
        SELECT
            p_subscription_id, judged.lane, judged.delivery_id, judged.message_seq, judged.message_at, judged.key_hash,
            judged.attempt, clock_timestamp() + make_interval(secs => judged.delay), judged.last_error
        FROM judged
        WHERE judged.verdict = 'park'
    ),
    buried AS (
        INSERT INTO c360.dead_letters (
            subscription_id, message_seq, message_at, message_xid, message_id, tenant, topic, type, key, body,
            reason, attempts, last_error
        )
        SELECT
            p_subscription_id, message.seq, message.created_at, message.xid, message.message_id, message.tenant,
            message.topic, message.type, message.key, message.body,
            CASE judged.verdict WHEN 'dead' THEN 'attempts' ELSE judged.verdict END,
            judged.attempt, judged.last_error
        FROM judged
        JOIN c360.messages AS message
            ON message.created_at = judged.message_at
            AND message.seq = judged.message_seq
        WHERE judged.verdict IN ('dead', 'poison', 'gone')
    ),
    -- What waits behind a delivery that was given up is free; what became free before and has not been taken back yet waits
    -- again when an earlier one of its key failed.
    followers AS (
        UPDATE c360.parked_deliveries AS parked
        SET is_behind = blocker.verdict = 'park',
            due_at = CASE WHEN blocker.verdict = 'park' THEN 'infinity' ELSE now() END
        FROM judged AS blocker
        CROSS JOIN c360.subscriptions AS subscription
        WHERE subscription.subscription_id = p_subscription_id
          AND subscription.is_ordered
          AND blocker.verdict IN ('park', 'dead', 'poison')
          AND parked.subscription_id = p_subscription_id
          AND parked.lane = blocker.lane
          AND parked.key_hash = blocker.key_hash
          AND parked.delivery_id > blocker.delivery_id
          AND parked.is_behind = (blocker.verdict <> 'park')
    ),
    logged AS (
        INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, status, error, duration_ms, answer)
        SELECT p_subscription_id, judged.message_seq, judged.attempt, judged.status, judged.error, judged.ms, judged.answer
        FROM judged
    ),
    counted AS (
        UPDATE c360.subscription_states AS state
        SET failed_count = state.failed_count + total.failure_count,
            last_failed_at = clock_timestamp(),
            last_error = total.last_error,
            not_before = greatest(state.not_before, clock_timestamp() + make_interval(secs => total.rest))
        FROM (
            SELECT count(*) AS failure_count, max(judged.last_error) AS last_error, coalesce(max(judged.rest), 0) AS rest
            FROM judged
        ) AS total
        WHERE state.subscription_id = p_subscription_id
          AND total.failure_count > 0
    )
    SELECT coalesce(bool_or(judged.verdict = 'gone'), false)
    FROM judged;
$$;

COMMENT ON FUNCTION c360._apply_failures(uuid, jsonb, text) IS
    'Applies failed answers to deliveries of lanes that are locked; returns whether the endpoint is gone for good.';
