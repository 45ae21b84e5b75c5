-- Keeps by which ids a provider knows messages of activations that it took, so that its callbacks find them; what callbacks said already is
-- kept as outcomes now. p_sent: [{"message_id", "provider_message_id"}]; messages that no rule asked for are left out. For the relay, before it
-- settles: what is sent again has another id, and both are known. Answers how many are new; safe to repeat.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.note_sent_messages(p_subscription_id uuid, p_sent jsonb)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant text;
    v_sent   record;
    v_early  jsonb;
    v_count  integer := 0;
BEGIN
    SELECT subscription.tenant
    INTO v_tenant
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = p_subscription_id;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;

    PERFORM c360._use_tenant(v_tenant, 'write');
    IF to_regclass('cdp_sent_messages') IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM c360._hold_off_erasure();

    FOR v_sent IN
        SELECT DISTINCT told.provider_message_id, past.activation_id
        FROM jsonb_to_recordset(p_sent) AS told (message_id uuid, provider_message_id text)
        JOIN cdp_activations AS past ON past.activation_id = told.message_id
        WHERE past.is_requested
          AND length(told.provider_message_id) BETWEEN 1 AND 200
        ORDER BY told.provider_message_id
    LOOP
        -- Waits for a callback that is at it, and has what that said.
        INSERT INTO cdp_sent_messages AS known (provider_message_id, activation_id)
        VALUES (v_sent.provider_message_id, v_sent.activation_id)
        ON CONFLICT (provider_message_id) DO UPDATE
        SET activation_id = EXCLUDED.activation_id
        WHERE known.activation_id IS NULL
        RETURNING known.early_outcomes
        INTO v_early;
        CONTINUE WHEN NOT FOUND;

        v_count := v_count + 1;
        PERFORM c360.record_outcome(
            v_tenant,
            v_sent.activation_id,
            early.outcome,
            (early.said ->> 'at')::timestamptz,
            jsonb_build_object('provider_message_id', v_sent.provider_message_id),
            NULL,
            early.said ->> 'source'
        )
        FROM jsonb_each(v_early) AS early (outcome, said);
    END LOOP;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.note_sent_messages(uuid, jsonb) IS
    'Keeps by which ids a provider knows messages of activations, so that its callbacks find them.';
