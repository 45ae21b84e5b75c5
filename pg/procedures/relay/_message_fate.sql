-- What became of a message at one webhook: waiting, retry, dead, or sent, which says that nothing of it waits. Reads only.

CREATE OR REPLACE FUNCTION c360._message_fate(p_subscription_id uuid, p_seq bigint)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT jsonb_build_object('state', 'waiting', 'attempts', delivery.attempt)
            FROM c360.deliveries AS delivery
            WHERE delivery.subscription_id = p_subscription_id
              AND delivery.message_seq = p_seq
            LIMIT 1
        ),
        (
            SELECT jsonb_build_object(
                'state', CASE WHEN parked.is_behind THEN 'behind' ELSE 'retry' END,
                'attempts', parked.attempt,
                'due_at', nullif(parked.due_at, 'infinity'),
                'last_error', parked.last_error
            )
            FROM c360.parked_deliveries AS parked
            WHERE parked.subscription_id = p_subscription_id
              AND parked.message_seq = p_seq
            LIMIT 1
        ),
        (
            SELECT jsonb_build_object(
                'state', 'dead',
                'attempts', letter.attempts,
                'reason', letter.reason,
                'last_error', letter.last_error,
                'dead_letter_id', letter.dead_letter_id
            )
            FROM c360.dead_letters AS letter
            WHERE letter.subscription_id = p_subscription_id
              AND letter.message_seq = p_seq
              AND letter.replayed_at IS NULL
            ORDER BY letter.died_at DESC
            LIMIT 1
        ),
        '{"state": "sent"}'
    );
$$;

COMMENT ON FUNCTION c360._message_fate(uuid, bigint) IS
    'Whether a message waits for a webhook, waits for a retry, was given up, or none of these.';
