-- Decides about due candidates, at most one of each person: asks for the contact, refuses it with the reasons, or holds it over quiet hours, which is
-- refused when it would expire until then. Decision, message and queue are one statement. What was decided already, and noted again by a session that
-- could not see it yet, is dropped. Trusts the search_path and the lock of activations.
-- Answers {"requested", "refused", "held"}.

CREATE OR REPLACE FUNCTION c360._decide_activations(
    p_tenant     text,
    p_candidates c360.activation_candidate[],
    p_as_of      timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_masked text[] := ARRAY(SELECT hidden.attribute::text FROM c360._masked_attributes(p_tenant) AS hidden);
    v_answer jsonb;
BEGIN
    WITH judged AS MATERIALIZED (
        SELECT
            told.place,
            told.rule,
            told.profile_id,
            told.resumes_at,
            told.expires_at,
            told.document,
            CASE
                WHEN told.reasons = '{}' AND told.resumes_at >= told.expires_at THEN '{quiet_hours}'::text[]
                ELSE told.reasons
            END AS reasons,
            c360._uuid7() AS activation_id
        FROM c360._judge_activations(p_tenant, p_candidates, p_as_of) AS told
    ),
    held AS (
        UPDATE cdp_activation_queue AS work
        SET due_at = judged.resumes_at
        FROM judged
        WHERE work.queue_id = judged.place
          AND judged.reasons = '{}'
          AND judged.resumes_at IS NOT NULL
        RETURNING work.queue_id
    ),
    decided AS (
        DELETE FROM cdp_activation_queue AS work
        USING judged
        WHERE work.queue_id = judged.place
          AND (judged.reasons <> '{}' OR judged.resumes_at IS NULL)
        RETURNING
            judged.activation_id,
            work.rule,
            coalesce(judged.profile_id, work.master_profile_id) AS id,
            work.trigger_key,
            work.happened_at,
            judged.reasons,
            judged.expires_at,
            judged.document
    ),
    noted AS (
        INSERT INTO cdp_activations AS kept (
            activation_id, rule, master_profile_id, trigger_key, happened_at, decided_at, is_requested, reasons, channel, purpose, expires_at
        )
        SELECT
            decided.activation_id,
            decided.rule,
            decided.id,
            decided.trigger_key,
            decided.happened_at,
            p_as_of,
            decided.reasons = '{}',
            decided.reasons,
            coalesce(stated.definition ->> 'channel', ''),
            coalesce(stated.definition ->> 'purpose', ''),
            decided.expires_at
        FROM decided
        LEFT JOIN c360.activation_rules AS stated
            ON stated.tenant = p_tenant
            AND stated.rule = decided.rule
        ORDER BY decided.activation_id
        ON CONFLICT (rule, trigger_key) DO NOTHING
        RETURNING kept.activation_id, kept.is_requested
    ),
    told AS (
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT
            decided.activation_id,
            p_tenant,
            'c360-activation-events',
            'activation.requested',
            decided.id::text,
            c360._message_body('activation.requested', p_tenant, now(), jsonb_strip_nulls(jsonb_build_object(
                'activation_id', decided.activation_id,
                'rule', decided.rule,
                'profile_id', decided.id,
                'channel', stated.definition -> 'channel',
                'purpose', stated.definition -> 'purpose',
                'subscription', stated.definition -> 'subscription',
                'set_off_by', decided.trigger_key,
                'happened_at', decided.happened_at,
                'not_before', p_as_of,
                'expires_at', decided.expires_at,
                'attributes', (
                    SELECT jsonb_object_agg(shown.name, decided.document -> shown.name)
                    FROM jsonb_array_elements_text(stated.definition -> 'attributes') AS shown (name)
                    WHERE shown.name <> ALL (v_masked)
                ),
                'data', stated.definition -> 'data'
            )))
        FROM noted
        JOIN decided ON decided.activation_id = noted.activation_id
        JOIN c360.activation_rules AS stated
            ON stated.tenant = p_tenant
            AND stated.rule = decided.rule
        WHERE noted.is_requested
        ORDER BY decided.activation_id
    )
    SELECT jsonb_build_object(
        'requested', (SELECT count(*) FROM noted WHERE noted.is_requested),
        'refused', (SELECT count(*) FROM noted WHERE NOT noted.is_requested),
        'held', (SELECT count(*) FROM held)
    )
    INTO v_answer;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360._decide_activations(text, c360.activation_candidate[], timestamptz) IS
    'Decides about due candidates of rules of activation.';
