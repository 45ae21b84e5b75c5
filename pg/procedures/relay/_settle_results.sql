-- Applies answers to the deliveries of a lane in one statement; returns whether one of them was 410 Gone.
-- Called by settle_deliveries() with the lane locked.

CREATE OR REPLACE FUNCTION c360._settle_results(
    p_subscription_id uuid,
    p_lane            integer,
    p_results         jsonb,
    p_circuit         text
)
    RETURNS boolean
    LANGUAGE sql
AS $$
    WITH judged AS MATERIALIZED (
        SELECT
            delivery.delivery_id,
            delivery.message_seq,
            delivery.message_at,
            delivery.key_hash,
            (delivery.attempt + 1)::smallint AS attempt,
            result.status,
            result.error,
            result.ms,
            result.retry_after,
            left(coalesce(result.answer, ''), 1000) AS answer,
            coalesce(result.error || CASE WHEN result.error = 'status' THEN ' ' || result.status ELSE '' END, '') AS last_error,
            c360._verdict(
                result.status, result.error, delivery.attempt + 1, cardinality(subscription.retry_schedule), p_circuit
            ) AS verdict,
            c360._retry_delay(
                subscription.retry_schedule, delivery.attempt + 1, result.status, result.error,
                result.retry_after, random()
            ) AS delay
        FROM jsonb_to_recordset(p_results) AS result (
            delivery_id bigint, status integer, error text, ms integer, retry_after double precision, answer text
        )
        JOIN c360.deliveries AS delivery
            ON delivery.subscription_id = p_subscription_id
            AND delivery.lane = p_lane
            AND delivery.delivery_id = result.delivery_id
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = p_subscription_id
    ),
    removed AS (
        DELETE FROM c360.deliveries AS delivery
        USING judged
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = p_lane
          AND delivery.delivery_id = judged.delivery_id
          AND judged.verdict <> 'keep'
    ),
    parked AS (
        INSERT INTO c360.parked_deliveries (
            subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt, due_at, last_error
        )
        SELECT
            p_subscription_id, p_lane, judged.delivery_id, judged.message_seq, judged.message_at, judged.key_hash,
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
    followers AS (
        UPDATE c360.parked_deliveries AS parked
        SET is_behind = false,
            due_at = clock_timestamp()
        FROM (SELECT DISTINCT judged.key_hash FROM judged WHERE judged.verdict IN ('done', 'dead', 'poison')) AS free
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = p_lane
          AND parked.key_hash = free.key_hash
          AND parked.is_behind
    ),
    logged AS (
        INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, status, error, duration_ms, answer)
        SELECT p_subscription_id, judged.message_seq, judged.attempt, judged.status, judged.error, judged.ms, judged.answer
        FROM judged
        WHERE judged.verdict <> 'done'
    ),
    counted AS (
        UPDATE c360.subscription_states AS state
        SET delivered_count = state.delivered_count + total.done,
            failed_count = state.failed_count + total.failed,
            last_delivered_at = CASE WHEN total.done > 0 THEN clock_timestamp() ELSE state.last_delivered_at END,
            last_failed_at = CASE WHEN total.failed > 0 THEN clock_timestamp() ELSE state.last_failed_at END,
            last_error = coalesce(total.last_error, state.last_error),
            not_before = greatest(state.not_before, clock_timestamp() + make_interval(secs => total.pause))
        FROM (
            SELECT
                count(*) FILTER (WHERE judged.verdict = 'done') AS done,
                count(*) FILTER (WHERE judged.verdict <> 'done') AS failed,
                max(judged.last_error) FILTER (WHERE judged.verdict <> 'done') AS last_error,
                coalesce(max(judged.delay) FILTER (
                    WHERE judged.status = 429 OR (judged.status = 503 AND judged.retry_after > 0)
                ), 0) AS pause
            FROM judged
        ) AS total
        WHERE state.subscription_id = p_subscription_id
    )
    SELECT coalesce(bool_or(judged.verdict = 'gone'), false)
    FROM judged;
$$;

COMMENT ON FUNCTION c360._settle_results(uuid, integer, jsonb, text) IS
    'Deletes, parks or buries answered deliveries of a lane, logs failures, frees what waited behind them.';
