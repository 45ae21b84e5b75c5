-- Keeps what became of a contact that a rule asked for: delivered, failed, opened, clicked, replied or unsubscribed. It becomes a track event on
-- the timeline of the person, Message Delivered and so on, with the activation, its rule, channel and purpose among the properties and p_details besides, so
-- that conditions and scores see it. unsubscribed is a no to the purpose. p_outcome_id tells a repeat from a second click; without it each outcome of an
-- activation counts once. Answers {activation_id, profile_id, outcome, is_new}; safe to repeat.
-- Raises: U2522 activation_not_found, U2523 outcome_invalid, U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.record_outcome(
    p_tenant        text,
    p_activation_id uuid,
    p_outcome       text,
    p_occurred_at   timestamptz DEFAULT NULL,
    p_details       jsonb DEFAULT '{}',
    p_outcome_id    text DEFAULT NULL,
    p_source        text DEFAULT 'outcomes'
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_at         timestamptz := least(c360._checked_time('p_occurred_at', coalesce(p_occurred_at, now())), now());
    v_details    jsonb := coalesce(p_details, '{}');
    v_problem    text;
    v_activation record;
    v_raw        bigint;
    v_is_new     boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    v_problem := CASE
        WHEN (p_outcome = ANY ('{delivered,failed,opened,clicked,replied,unsubscribed}')) IS NOT TRUE
            THEN format('"%s" is no outcome', left(coalesce(p_outcome, 'NULL'), 100))
        WHEN jsonb_typeof(v_details) <> 'object' OR pg_column_size(v_details) > 8192 THEN 'its details are no object of at most 8 KB'
        WHEN length(p_outcome_id) > 60 THEN 'its id is longer than 60 characters'
        WHEN p_source IS NULL OR p_source !~ '^[a-z0-9][a-z0-9_.-]{0,62}$' THEN 'its source is no name'
    END;
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'the outcome cannot be kept: %', v_problem
            USING ERRCODE = 'U2523',
                  HINT = 'Outcomes are delivered, failed, opened, clicked, replied and unsubscribed.';
    END IF;

    PERFORM c360._hold_off_erasure();

    SELECT
        past.rule,
        past.channel,
        past.purpose,
        coalesce(golden.merged_into, golden.master_profile_id) AS profile_id
    INTO v_activation
    FROM cdp_activations AS past
    JOIN cdp_master_profiles AS golden ON golden.master_profile_id = past.master_profile_id
    WHERE past.activation_id = p_activation_id
      AND past.is_requested;
    v_raw := c360._speaking_observation(p_tenant, v_activation.profile_id, 'profile_id', '');
    IF v_raw IS NULL THEN
        RAISE EXCEPTION 'there is no activation %', p_activation_id
            USING ERRCODE = 'U2522',
                  HINT = 'activation_id is in the message activation.requested; the person may have been erased since.';
    END IF;

    v_is_new := c360._record_outcome_event(
        p_tenant,
        v_raw,
        p_source,
        -- Providers give one id to all that becomes of a message, and touchpoints of the same source have ids too.
        concat_ws(':', p_activation_id, p_outcome, p_outcome_id),
        'Message ' || initcap(p_outcome),
        v_at,
        v_details || jsonb_build_object(
            'activation_id', p_activation_id,
            'rule', v_activation.rule,
            'channel', v_activation.channel,
            'purpose', v_activation.purpose
        )
    );

    -- An event of a touchpoint that has taken the id keeps no objection away.
    UPDATE cdp_activations AS past
    SET outcomes = past.outcomes || jsonb_build_object(p_outcome, least((past.outcomes ->> p_outcome)::timestamptz, v_at))
    WHERE past.activation_id = p_activation_id
      AND (v_is_new OR NOT past.outcomes ? p_outcome);
    IF FOUND AND p_outcome = 'unsubscribed' THEN
        PERFORM c360._note_consents(p_tenant, ARRAY[ROW(
            v_raw, v_activation.purpose, false, v_at, p_source, 'event', 'unsubscribed from activation ' || p_activation_id, '', '', false
        )::c360.consent_statement]);
    END IF;

    RETURN jsonb_build_object(
        'activation_id', p_activation_id,
        'profile_id', v_activation.profile_id,
        'outcome', p_outcome,
        'is_new', v_is_new
    );
END;
$$;

COMMENT ON FUNCTION c360.record_outcome(text, uuid, text, timestamptz, jsonb, text, text) IS
    'Keeps what became of a contact that a rule asked for, on the timeline of the person.';
