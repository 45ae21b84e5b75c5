-- Answers what an agent may know about a person for a purpose, and keeps that it was told, by whom and what for. Without consent to the purpose:
-- consents and what not to do, and nothing of the person. p_via: key or sql. Trusts that the tenant is in use for writing.
-- Everything is read by one id: planning anew costs more than reading, and a plan made while a table was small must not read it whole.
-- Raises: U1012 parameter_missing, U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear, U2511 consent_purpose_not_found,
--         U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360._agent_context(
    p_tenant   text,
    p_question c360.agent_question,
    p_caller   text,
    p_via      text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET timezone = 'UTC'
    SET datestyle = 'ISO'
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_events     integer := c360._checked_limit((p_question).events, 50);
    v_purpose    text := (p_question).purpose;
    v_channel    text := (p_question).channel;
    v_as_of      timestamptz := now();
    v_id         uuid;
    v_candidates bigint;
    v_allowed    boolean;
    v_profile    jsonb;
    v_contacts   c360.agent_contact[];
    v_answer     jsonb;
    v_action     jsonb;
BEGIN
    PERFORM c360._check_purpose_declared(p_tenant, v_purpose);
    IF v_channel !~ '^[a-z][a-z0-9_-]{0,40}$' THEN
        RAISE EXCEPTION 'the parameter channel is no name of a channel'
            USING ERRCODE = 'U1012',
                  HINT = 'Channels are named as in rules of activation, such as email or zalo.';
    END IF;

    PERFORM c360._hold_off_erasure();

    SELECT
        found.master_profile_id,
        found.candidate_count
    INTO
        v_id,
        v_candidates
    FROM c360._find_profile(p_tenant, (p_question).identifier_type, (p_question).value) AS found;
    IF v_candidates > 1 THEN
        RAISE EXCEPTION '% golden records have that %', v_candidates, (p_question).identifier_type
            USING ERRCODE = 'U2502',
                  HINT = 'Nobody is guessed: ask by an identifier that is theirs alone, or by profile_id.';
    END IF;

    SELECT jsonb_build_object(
        'profile_id', v_id,
        'as_of', v_as_of,
        'purpose', jsonb_build_object(
            'purpose', stated.purpose,
            'title', stated.title,
            'basis', stated.basis,
            'channels', stated.channels
        ),
        'consents', (
            SELECT jsonb_agg(
                jsonb_build_object('purpose', held.purpose, 'is_allowed', held.is_allowed, 'state', held.state, 'since', held.since)
                ORDER BY held.purpose
            )
            FROM c360._consent_states(p_tenant, ARRAY[v_id]) AS held
            -- What nobody declared is whatever somebody sent.
            JOIN c360.consent_purposes AS declared
                ON declared.tenant = p_tenant
                AND declared.purpose = held.purpose
        )
    )
    INTO v_answer
    FROM c360.consent_purposes AS stated
    WHERE stated.tenant = p_tenant
      AND stated.purpose = v_purpose;

    v_allowed := jsonb_path_exists(
        v_answer,
        '$.consents[*] ? (@.purpose == $purpose && @.is_allowed == true)',
        jsonb_build_object('purpose', v_purpose)
    );

    IF v_allowed THEN
        v_profile := c360._agent_profile(p_tenant, v_id);
        v_contacts := c360._agent_contacts(p_tenant, v_id, v_purpose, v_channel, v_as_of);
        v_action := c360._next_best_action(p_tenant, v_contacts);
        v_answer := v_answer || v_profile || jsonb_build_object(
            'scores', c360._agent_scores(p_tenant, v_id, v_profile -> 'profile'),
            'segments', c360._agent_segments(p_tenant, v_id),
            'last_events', c360._agent_events(p_tenant, v_id, v_events),
            'do_not', c360._agent_limits(p_tenant, v_purpose, v_channel, v_contacts),
            'next_best_action', v_action,
            'no_action_because', CASE
                WHEN v_action IS NULL THEN (
                    SELECT coalesce(
                        jsonb_agg(
                            jsonb_build_object('rule', contact.rule, 'channel', contact.channel, 'reasons', contact.reasons)
                            ORDER BY contact.rule
                        ),
                        '[]'
                    )
                    FROM unnest(v_contacts) AS contact
                )
                ELSE '[]'
            END
        );
    ELSE
        v_answer := v_answer || jsonb_build_object(
            'profile', NULL,
            'masked', NULL,
            'computed_traits', NULL,
            'scores', NULL,
            'segments', NULL,
            'last_events', NULL,
            'do_not', '[{"what": "use", "channel": null, "reason": "no_consent", "until": null}]'::jsonb,
            'next_best_action', NULL,
            'no_action_because', NULL
        );
    END IF;
    v_answer := v_answer || jsonb_build_object('is_allowed', v_allowed);

    INSERT INTO cdp_agent_calls (called_at, caller, via, master_profile_id, purpose, channel, is_allowed, given)
    SELECT
        v_as_of,
        p_caller,
        p_via,
        v_id,
        v_purpose,
        v_channel,
        v_allowed,
        ARRAY(
            SELECT kind.name
            FROM unnest(
                '{profile,masked,computed_traits,scores,segments,last_events,consents,do_not,next_best_action,no_action_because}'::text[]
            ) WITH ORDINALITY AS kind (name, place)
            WHERE v_answer -> kind.name NOT IN ('null', '[]', '{}')
            ORDER BY kind.place
        );

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360._agent_context(text, c360.agent_question, text, text) IS
    'What an agent may know about a person for a purpose; keeps that it was told.';
