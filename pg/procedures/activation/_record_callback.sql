-- Keeps what a provider says became of messages, which it names by ids of its own, as outcomes of their activations. A callback may come before
-- the relay has written down the answer that named the id: then it is kept, for a day, and note_sent_messages() makes the outcome of it. Answers as an
-- ingest does. Trusts the search_path; safe to repeat.

CREATE OR REPLACE FUNCTION c360._record_callback(
    p_tenant               text,
    p_source               text,
    p_outcome              text,
    p_provider_message_ids text[],
    p_occurred_at          timestamptz
)
    RETURNS json
    LANGUAGE plpgsql
AS $$
DECLARE
    v_id         text;
    v_activation uuid;
    v_is_new     boolean;
    v_new        bigint := 0;
    v_known      bigint := 0;
BEGIN
    PERFORM c360._hold_off_erasure();

    FOR v_id IN
        SELECT DISTINCT named.id
        FROM unnest(p_provider_message_ids) AS named (id)
        ORDER BY named.id
    LOOP
        INSERT INTO cdp_sent_messages AS known (provider_message_id, early_outcomes)
        VALUES (v_id, jsonb_build_object(p_outcome, jsonb_build_object('at', p_occurred_at, 'source', p_source)))
        ON CONFLICT (provider_message_id) DO UPDATE
        SET early_outcomes = CASE
            WHEN known.activation_id IS NULL THEN EXCLUDED.early_outcomes || known.early_outcomes
            ELSE known.early_outcomes
        END
        WHERE known.activation_id IS NOT NULL OR NOT known.early_outcomes ? p_outcome
        RETURNING known.activation_id
        INTO v_activation;
        v_is_new := FOUND;

        IF v_activation IS NOT NULL THEN
            v_is_new := c360.record_outcome(
                p_tenant,
                v_activation,
                p_outcome,
                p_occurred_at,
                jsonb_build_object('provider_message_id', v_id),
                NULL,
                p_source
            ) ->> 'is_new';
        END IF;

        v_new := v_new + v_is_new::integer;
        v_known := v_known + (NOT v_is_new)::integer;
    END LOOP;

    DELETE FROM cdp_sent_messages AS old
    WHERE old.provider_message_id IN (
        SELECT early.provider_message_id
        FROM cdp_sent_messages AS early
        WHERE early.activation_id IS NULL
          AND early.noted_at < now() - interval '1 day'
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    );

    RETURN c360._outcome('batch', v_new, v_known, 0, '[]');
END;
$$;

COMMENT ON FUNCTION c360._record_callback(text, text, text, text[], timestamptz) IS
    'Keeps what a provider says became of messages that it names by ids of its own.';
