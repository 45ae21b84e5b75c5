-- Removes what rules of activation decided about a person, and what waits. Answers {table: rows}. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_activations(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_waiting bigint;
    v_decided bigint;
    v_sent    bigint;
    v_sides   bigint;
BEGIN
    IF to_regclass('cdp_activations') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_activation_queue AS work
    WHERE work.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_waiting = ROW_COUNT;

    DELETE FROM cdp_sent_messages AS sent
    WHERE sent.activation_id IN (
        SELECT past.activation_id
        FROM cdp_activations AS past
        WHERE past.master_profile_id = ANY (p_person.master_profile_ids)
    );
    GET DIAGNOSTICS v_sent = ROW_COUNT;

    DELETE FROM cdp_activations AS past
    WHERE past.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_decided = ROW_COUNT;

    IF to_regclass('cdp_activation_sides') IS NOT NULL THEN
        DELETE FROM cdp_activation_sides AS side
        WHERE side.master_profile_id = ANY (p_person.master_profile_ids);
        GET DIAGNOSTICS v_sides = ROW_COUNT;
    END IF;

    RETURN jsonb_strip_nulls(jsonb_build_object(
        'cdp_activation_queue', v_waiting, 'cdp_activations', v_decided, 'cdp_sent_messages', v_sent,
        'cdp_activation_sides', v_sides
    ));
END;
$$;

COMMENT ON FUNCTION c360._erase_activations(c360.person) IS
    'Removes what rules of activation decided about a person.';
