-- Removes the events of a person, or keeps them without the person, with what was computed from them: message ids, activity,
-- purchases. Answers {table: rows}. Trusts the search_path and that nobody records. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_events(p_tenant text, p_person c360.person, p_mode text)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_ids       bigint;
    v_events    bigint;
    v_activity  bigint;
    v_purchases bigint;
BEGIN
    v_ids := c360._forget_message_ids(p_person.raw_profile_ids);

    IF p_mode = 'anonymise' THEN
        v_events := c360._keep_anonymous_events(p_person.raw_profile_ids);
    ELSE
        DELETE FROM cdp_behavioral_events AS event
        WHERE event.raw_profile_id = ANY (p_person.raw_profile_ids);
        GET DIAGNOSTICS v_events = ROW_COUNT;
    END IF;

    DELETE FROM cdp_activity AS activity
    WHERE activity.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_activity = ROW_COUNT;

    v_purchases := c360._erase_purchases(p_tenant, p_person.raw_profile_ids);

    RETURN jsonb_build_object(
        'cdp_event_ids', v_ids,
        'cdp_behavioral_events', v_events,
        'cdp_activity', v_activity,
        'cdp_purchases', v_purchases
    );
END;
$$;

COMMENT ON FUNCTION c360._erase_events(text, c360.person, text) IS
    'Removes events of a person or keeps them anonymous; answers the rows of each table.';
