-- Removes events received before a time from the default partition, where they are while maintenance has not made a
-- partition for them; at most p_limit. Answers how many. Trusts the search_path and
-- the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._remove_stray_events(
    p_tenant text,
    p_before timestamptz,
    p_limit  integer
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_event_ids       bigint[];
    v_raw_profile_ids bigint[];
    v_removed         bigint;
BEGIN
    SELECT
        array_agg(chosen.event_id),
        array_agg(DISTINCT chosen.raw_profile_id)
    INTO
        v_event_ids,
        v_raw_profile_ids
    FROM (
        SELECT
            stray.event_id,
            stray.raw_profile_id
        FROM cdp_behavioral_events_default AS stray
        WHERE stray.received_at < p_before
          AND isfinite(stray.received_at)
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ) AS chosen;

    IF v_event_ids IS NULL THEN
        RETURN 0;
    END IF;

    PERFORM c360._note_touchpoints(v_raw_profile_ids, 'cdp_behavioral_events_default'::regclass, v_event_ids);
    PERFORM c360._note_past_days(p_tenant, v_raw_profile_ids, p_before);

    DELETE FROM cdp_behavioral_events_default AS stray
    WHERE stray.event_id = ANY (v_event_ids)
      AND stray.received_at < p_before;
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN v_removed;
END;
$$;

COMMENT ON FUNCTION c360._remove_stray_events(text, timestamptz, integer) IS
    'Removes events received before a time from the default partition.';
