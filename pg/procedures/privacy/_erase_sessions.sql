-- Removes the visits in which events of a person are, and the visitors that were nobody else. Where a visitor was others too, as on a
-- shared device, their observations are noted, and what is left of the visits is worked out anew. Answers {table: rows}. Trusts the
-- search_path and the lock of sessions. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_sessions(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
DECLARE
    v_visitor_ids bigint[];
    v_visits      bigint;
    v_visitors    bigint;
BEGIN
    IF to_regclass('cdp_visits') IS NULL THEN
        RETURN '{}';
    END IF;

    WITH removed AS (
        DELETE FROM cdp_visitor_profiles AS own
        WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids)
        RETURNING own.visitor_id
    )
    SELECT array_agg(DISTINCT removed.visitor_id)
    INTO v_visitor_ids
    FROM removed;

    DELETE FROM cdp_session_queue AS work
    WHERE work.raw_profile_id = ANY (p_person.raw_profile_ids);

    DELETE FROM cdp_visits AS visit
    WHERE visit.visitor_id = ANY (v_visitor_ids);
    GET DIAGNOSTICS v_visits = ROW_COUNT;

    INSERT INTO cdp_session_queue (raw_profile_id)
    SELECT other.raw_profile_id
    FROM cdp_visitor_profiles AS other
    WHERE other.visitor_id = ANY (v_visitor_ids);

    DELETE FROM cdp_visitors AS visitor
    WHERE visitor.visitor_id = ANY (v_visitor_ids)
      AND NOT EXISTS (
          SELECT
          FROM cdp_visitor_profiles AS other
          WHERE other.visitor_id = visitor.visitor_id
      );
    GET DIAGNOSTICS v_visitors = ROW_COUNT;

    RETURN jsonb_build_object('cdp_visits', v_visits, 'cdp_visitors', v_visitors);
END;
$$;

COMMENT ON FUNCTION c360._erase_sessions(c360.person) IS
    'Removes the visits of a person.';
