-- Sends dead letters of a webhook again, with the same message ids and fresh attempts: all that were not replayed yet, or
-- those named. Safe to repeat: a letter is replayed once, until it dies again as a new letter.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5411 subscription_disabled

CREATE OR REPLACE FUNCTION c360.replay_dead_letters(
    p_tenant          text,
    p_subscription    text,
    p_dead_letter_ids bigint[] DEFAULT NULL
)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_count           integer;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    IF (SELECT state = 'disabled' FROM c360.subscriptions WHERE subscription_id = v_subscription_id) THEN
        RAISE EXCEPTION 'subscription "%" is disabled', p_subscription
            USING ERRCODE = 'U5411',
                  HINT = format('Resume it first: c360 webhook resume %s %s', p_tenant, p_subscription);
    END IF;

    PERFORM c360._hold_retention(p_tenant);

    WITH letters AS (
        UPDATE c360.dead_letters AS letter
        SET replayed_at = clock_timestamp()
        WHERE letter.subscription_id = v_subscription_id
          AND letter.replayed_at IS NULL
          AND (p_dead_letter_ids IS NULL OR letter.dead_letter_id = ANY (p_dead_letter_ids))
        RETURNING letter.*
    ),
    -- The log may have dropped them meanwhile. Their old transaction id keeps the fan-out from sending them to others.
    restored AS (
        INSERT INTO c360.messages (seq, message_id, xid, tenant, topic, type, key, body, created_at)
            OVERRIDING SYSTEM VALUE
        SELECT
            letter.message_seq, letter.message_id, letter.message_xid, letter.tenant, letter.topic, letter.type,
            letter.key, letter.body, letter.message_at
        FROM letters AS letter
        ON CONFLICT (created_at, seq) DO NOTHING
    )
    INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)
    SELECT
        v_subscription_id,
        (hashtextextended(letter.key, 0) & 2147483647) % subscription.lane_count,
        letter.message_seq,
        letter.message_at,
        (hashtextextended(letter.key, 0) >> 32)::integer
    FROM letters AS letter
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = v_subscription_id
    ORDER BY letter.message_seq;

    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.replay_dead_letters(text, text, bigint[]) IS
    'Puts dead letters of a webhook back into its deliveries; returns how many.';
