-- Erases the person of a golden record in the transaction of the caller. First what takes long is looked for while everybody
-- goes on; then recording stops until the commit, what has arrived meanwhile is taken in, and everything goes.
-- Answers {profile_id, tables, suppressed, requeued, needs_sync}.
-- Trusts the search_path and the locks of resolver, imports, scores, sessions and profiles. Raises: U2501 erasure_reason_invalid, U2503 erasure_busy

CREATE OR REPLACE FUNCTION c360._erase_person(
    p_tenant            text,
    p_master_profile_id uuid,
    p_reason            text,
    p_mode              text
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_at         timestamptz := clock_timestamp();
    v_seen       pg_snapshot := pg_current_snapshot();
    v_person     c360.person := c360._person_to_erase(p_tenant, p_master_profile_id);
    v_blocked    bigint := c360._erase_blocked_values(p_tenant, v_person);
    v_versions   text[];
    v_ids        jsonb;
    v_message    record;
    v_late       record;
    v_overrides  bigint[];
    v_neighbours bigint[];
    v_crowded    c360.identifier[];
    v_tables     jsonb[];
    v_body       text;
    v_id         bigint;
    v_suppressed bigint;
    v_requeued   bigint;
BEGIN
    v_versions := ARRAY(
        SELECT mixed.master_profile_id::text || ' ' || mixed.version
        FROM c360._mixed_versions(v_person) AS mixed
    );
    v_ids := c360._ids_naming(v_person.texts);
    SELECT * INTO v_message FROM c360._messages_of_person(p_tenant, v_person, v_versions);

    PERFORM c360._hold_off_recording();
    v_person := c360._person_to_erase(p_tenant, p_master_profile_id);
    IF c360._names_person(p_reason, v_person.texts) THEN
        RAISE EXCEPTION 'the reason names the person'
            USING ERRCODE = 'U2501',
                  HINT = 'It is kept after the person is gone: give a case number instead.';
    END IF;
    -- Messages keep their places while their partitions are.
    PERFORM c360._hold_partitions();
    SELECT * INTO v_late FROM c360._messages_of_person(p_tenant, v_person, v_versions, v_seen);
    v_message.own := v_message.own || v_late.own;
    v_message.naming := v_message.naming || v_late.naming;

    v_overrides := c360._overrides_about(p_tenant, v_person.raw_profile_ids);
    v_neighbours := c360._neighbours(v_person.raw_profile_ids);
    v_crowded := c360._crowded_identifiers(v_person.raw_profile_ids);
    v_body := c360._erased_body(p_tenant, v_person, p_mode, v_at);

    v_tables := ARRAY[
        jsonb_build_object('blocked_values', v_blocked),
        c360._erase_events(p_tenant, v_person, p_mode),
        c360._erase_sessions(v_person),
        c360._erase_metrics(v_person),
        c360._erase_traits(v_person),
        c360._erase_segments(v_person),
        c360._erase_reports(v_person),
        c360._erase_consents(v_person),
        c360._erase_activations(v_person),
        c360._erase_agent_calls(v_person),
        jsonb_build_object('cdp_event_ids', c360._forget_named_ids(v_ids)),
        c360._erase_arrivals(v_person),
        c360._erase_decisions(v_person),
        c360._erase_match_data(v_person),
        c360._erase_mentions(v_person, v_versions, v_overrides),
        c360._erase_identity(v_person),
        c360._erase_audit(p_tenant, v_person, v_overrides)
    ];
    v_requeued := c360._settle_neighbours(p_tenant, v_neighbours, v_crowded);

    -- A replay that is under way holds its letters and restores their messages: it ends before they are looked for again.
    v_tables := v_tables || c360._erase_dead_letters(p_tenant, v_person, v_message.own);
    v_tables := v_tables || c360._erase_messages(v_person, v_body, v_message.own, v_message.naming);
    v_tables := v_tables || c360._drop_deliveries(p_tenant, v_message.own);
    v_tables := v_tables || c360._erase_dead_letters(p_tenant, v_person, v_message.own);

    INSERT INTO cdp_erasures (mode, reason, erased_by, erased_at, counts)
    VALUES (p_mode, p_reason, c360._actor(), v_at, c360._sum_tables(v_tables))
    RETURNING erasure_id
    INTO v_id;
    v_suppressed := c360._suppress_person(p_tenant, v_person, v_id);
    PERFORM c360._erase_lake(p_tenant, v_person, v_id, p_mode, v_at);
    UPDATE cdp_erasure_keys
    SET last_erased_at = v_at;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'profiles.erased', v_id::text, jsonb_build_object('mode', p_mode, 'reason', p_reason));
    PERFORM c360._tell_receivers(p_tenant, p_master_profile_id, v_body);

    RETURN jsonb_build_object(
        'erasure_id', v_id,
        'profile_id', p_master_profile_id,
        'tables', c360._sum_tables(v_tables),
        'suppressed', v_suppressed,
        'requeued', v_requeued,
        'needs_sync', v_blocked > 0
    );
END;
$$;

COMMENT ON FUNCTION c360._erase_person(text, uuid, text, text) IS
    'Erases the person of a golden record; answers what went.';
