-- Which of these messages a webhook does not want, by its condition and segment, as golden records are now; their sequence numbers. Empty
-- where it has neither. NULL says that nothing may be sent: the condition is not compiled yet, or cannot be evaluated; then the webhook is
-- paused, with the reason, and its tenant told by a message endpoint.paused. profile.erased is always wanted.
-- To be called by whoever reads deliveries for sending, once a batch, in a transaction about this tenant alone. Nothing is lost by it:
-- deliveries stay where they are.

CREATE OR REPLACE FUNCTION c360._unwanted_messages(
    p_subscription_id uuid,
    p_messages        c360.outgoing_message[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_filter  record;
    v_judged  c360.judged_message[];
    v_wanted  bigint[];
    v_problem text;
BEGIN
    SELECT
        subscription.tenant,
        c360._subscription_filter(subscription.segment, subscription.condition) AS condition,
        compiled.condition AS compiled_condition,
        compiled.problem
    INTO v_filter
    FROM c360.subscriptions AS subscription
    LEFT JOIN c360.subscription_filters AS compiled ON compiled.subscription_id = subscription.subscription_id
    WHERE subscription.subscription_id = p_subscription_id;

    IF v_filter.condition IS NULL THEN
        RETURN '{}';
    END IF;
    IF v_filter.condition IS DISTINCT FROM v_filter.compiled_condition THEN
        RETURN NULL;
    END IF;

    v_problem := v_filter.problem;
    IF v_problem IS NULL THEN
        BEGIN
            v_judged := c360._judged_messages(v_filter.tenant, p_messages);
            EXECUTE format(
                'SELECT array_agg(wanted.seq) FROM %I.%I($1, $2, $3) AS wanted (seq)',
                'tenant_' || v_filter.tenant, c360._filter_function(p_subscription_id)
            )
            INTO v_wanted
            USING
                v_judged,
                clock_timestamp(),
                ARRAY(SELECT DISTINCT judged.profile_id FROM unnest(v_judged) AS judged WHERE judged.profile_id IS NOT NULL);
        EXCEPTION
            WHEN syntax_error_or_access_rule_violation THEN
                v_problem := SQLERRM;
            WHEN data_exception THEN
                -- What PostgreSQL says names the value, which may be somebody's.
                v_problem := format('a value cannot be read as it says (SQLSTATE %s)', SQLSTATE);
        END;
    END IF;

    IF v_problem IS NOT NULL THEN
        PERFORM c360._pause_failing(p_subscription_id, format('Its condition fails: %s', v_problem));
        RETURN NULL;
    END IF;

    RETURN ARRAY(
        SELECT message.seq
        FROM unnest(p_messages) AS message
        WHERE message.type <> 'profile.erased'
          AND (v_wanted IS NULL OR message.seq <> ALL (v_wanted))
    );
END;
$$;

COMMENT ON FUNCTION c360._unwanted_messages(uuid, c360.outgoing_message[]) IS
    'Which of these messages a webhook does not want by its condition; NULL when nothing may be sent.';
