-- Removes messages that were given up for a webhook of the tenant before a time, at most p_limit; a dry run counts them all.
-- One that is being replayed just now is left for the next step. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._retain_dead_letters(
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
    v_removed bigint;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM c360.dead_letters AS letter
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = letter.subscription_id
        WHERE subscription.tenant = p_tenant
          AND letter.died_at < p_before;

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    DELETE FROM c360.dead_letters AS letter
    WHERE letter.dead_letter_id IN (
        SELECT old.dead_letter_id
        FROM c360.subscriptions AS subscription
        JOIN c360.dead_letters AS old ON old.subscription_id = subscription.subscription_id
        WHERE subscription.tenant = p_tenant
          AND old.died_at < p_before
        LIMIT p_limit
        FOR UPDATE OF old SKIP LOCKED
    );
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN jsonb_build_object('removed', v_removed, 'has_more', v_removed = p_limit);
END;
$$;

COMMENT ON FUNCTION c360._retain_dead_letters(text, timestamptz, boolean, integer) IS
    'Removes messages given up for a tenant''s webhooks before a time.';
