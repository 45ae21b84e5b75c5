-- Removes failed attempts of a tenant's webhooks made before a time, and dead letters replayed before it, each at most
-- p_limit; a dry run counts them all. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._retain_attempts(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_attempts bigint;
    v_letters  bigint;
BEGIN
    IF p_dry_run THEN
        RETURN jsonb_build_object('removed', (
            SELECT count(*)
            FROM c360.delivery_attempts AS attempt
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = attempt.subscription_id
            WHERE subscription.tenant = p_tenant
              AND attempt.at < p_before
        ) + (
            SELECT count(*)
            FROM c360.dead_letters AS letter
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = letter.subscription_id
            WHERE subscription.tenant = p_tenant
              AND letter.replayed_at < p_before
        ));
    END IF;

    DELETE FROM c360.delivery_attempts AS attempt
    WHERE attempt.attempt_id IN (
        SELECT old.attempt_id
        FROM c360.subscriptions AS subscription
        JOIN c360.delivery_attempts AS old ON old.subscription_id = subscription.subscription_id
        WHERE subscription.tenant = p_tenant
          AND old.at < p_before
        LIMIT p_limit
        FOR UPDATE OF old SKIP LOCKED
    );
    GET DIAGNOSTICS v_attempts = ROW_COUNT;

    DELETE FROM c360.dead_letters AS letter
    WHERE letter.dead_letter_id IN (
        SELECT old.dead_letter_id
        FROM c360.subscriptions AS subscription
        JOIN c360.dead_letters AS old ON old.subscription_id = subscription.subscription_id
        WHERE subscription.tenant = p_tenant
          AND old.replayed_at < p_before
        LIMIT p_limit
        FOR UPDATE OF old SKIP LOCKED
    );
    GET DIAGNOSTICS v_letters = ROW_COUNT;

    RETURN jsonb_build_object(
        'removed', v_attempts + v_letters,
        'has_more', p_limit IN (v_attempts, v_letters)
    );
END;
$$;

COMMENT ON FUNCTION c360._retain_attempts(text, timestamptz, boolean, integer) IS
    'Removes failed attempts of a tenant''s webhooks and replayed dead letters of before a time.';
