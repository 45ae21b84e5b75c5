-- Which of these messages a webhook is not sent although a rule asked for the contact: those for another webhook, those that have expired, and those
-- to a person whose consent to the purpose is gone since; their sequence numbers. What is withheld for the last two reasons is noted with
-- its decision (outcomes withheld_expired, withheld_consent). Every message of a rule names its decision (activation_id); others are none. To be called by whoever reads deliveries for sending, a first time or again,
-- once a batch, in a transaction about this tenant alone.

CREATE OR REPLACE FUNCTION c360._withhold_activations(
    p_subscription_id uuid,
    p_messages        c360.outgoing_message[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant   text;
    v_name     text;
    v_at       timestamptz := clock_timestamp();
    v_asked    jsonb;
    v_withheld jsonb;
BEGIN
    SELECT jsonb_agg((message.body::jsonb -> 'data') || jsonb_build_object('seq', message.seq))
    INTO v_asked
    FROM unnest(p_messages) AS message
    WHERE message.topic = 'c360-activation-events'
      AND message.type = 'activation.requested'
      AND (message.body::jsonb #>> '{data,activation_id}') ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

    IF v_asked IS NULL THEN
        RETURN '{}';
    END IF;

    SELECT subscription.tenant, subscription.name
    INTO STRICT v_tenant, v_name
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = p_subscription_id;

    PERFORM c360._use_tenant(v_tenant);

    WITH asked AS MATERIALIZED (
        SELECT contact.*
        FROM jsonb_to_recordset(v_asked) AS contact (
            seq bigint, activation_id uuid, profile_id uuid, purpose text, subscription text, expires_at timestamptz
        )
    ),
    permitted AS MATERIALIZED (
        SELECT asking.purpose, c360._may_send(v_tenant, asking.purpose, asking.profile_ids) AS profile_ids
        FROM (
            SELECT asked.purpose, array_agg(DISTINCT asked.profile_id) AS profile_ids
            FROM asked
            WHERE asked.purpose <> ''
            GROUP BY asked.purpose
        ) AS asking
    )
    SELECT jsonb_agg(judged.*)
    INTO v_withheld
    FROM (
        SELECT
            asked.seq,
            asked.activation_id,
            CASE
                WHEN asked.subscription <> v_name THEN 'elsewhere'
                WHEN asked.expires_at <= v_at THEN 'withheld_expired'
                WHEN asked.purpose <> '' AND (asked.profile_id = ANY (permitted.profile_ids)) IS NOT TRUE
                    THEN 'withheld_consent'
            END AS outcome
        FROM asked
        LEFT JOIN permitted ON permitted.purpose = asked.purpose
    ) AS judged
    WHERE judged.outcome IS NOT NULL;

    UPDATE cdp_activations AS past
    SET outcomes = jsonb_build_object(withheld.outcome, v_at) || past.outcomes
    FROM jsonb_to_recordset(v_withheld) AS withheld (activation_id uuid, outcome text)
    WHERE past.activation_id = withheld.activation_id
      AND withheld.outcome <> 'elsewhere';

    RETURN ARRAY(
        SELECT withheld.seq
        FROM jsonb_to_recordset(v_withheld) AS withheld (seq bigint)
    );
END;
$$;

COMMENT ON FUNCTION c360._withhold_activations(uuid, c360.outgoing_message[]) IS
    'Which messages of rules are not sent after all: for another webhook, expired, or without consent by now.';
