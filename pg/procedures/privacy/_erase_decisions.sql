-- Removes what people decided about a person: overrides of links and attributes, reviews. An override that is still about
-- others stays with them, without its reason, which spoke of the person; one that says nothing any more goes.
-- Answers {table: rows}. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_decisions(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_ids       bigint[];
    v_members   bigint;
    v_overrides bigint;
    v_edits     bigint;
    v_reviews   bigint;
BEGIN
    WITH gone AS (
        DELETE FROM cdp_link_override_members AS member
        WHERE member.raw_profile_id = ANY (p_person.raw_profile_ids)
        RETURNING member.link_override_id
    )
    SELECT
        count(*),
        array_agg(DISTINCT gone.link_override_id)
    INTO
        v_members,
        v_ids
    FROM gone;

    UPDATE cdp_link_overrides AS override
    SET reason = ''
    WHERE override.link_override_id = ANY (v_ids);

    DELETE FROM cdp_link_overrides AS override
    WHERE override.link_override_id = ANY (v_ids)
      AND CASE override.kind
          WHEN 'must_link' THEN (
              SELECT count(*) < 2
              FROM cdp_link_override_members AS member
              WHERE member.link_override_id = override.link_override_id
          )
          ELSE (
              SELECT count(DISTINCT member.side) < 2
              FROM cdp_link_override_members AS member
              WHERE member.link_override_id = override.link_override_id
          )
      END;
    GET DIAGNOSTICS v_overrides = ROW_COUNT;

    DELETE FROM cdp_attribute_overrides AS edit
    WHERE edit.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_edits = ROW_COUNT;

    DELETE FROM cdp_match_reviews AS review
    WHERE review.low_raw_profile_id = ANY (p_person.raw_profile_ids)
       OR review.high_raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_reviews = ROW_COUNT;

    RETURN jsonb_build_object(
        'cdp_link_override_members', v_members,
        'cdp_link_overrides', v_overrides,
        'cdp_attribute_overrides', v_edits,
        'cdp_match_reviews', v_reviews
    );
END;
$$;

COMMENT ON FUNCTION c360._erase_decisions(c360.person) IS
    'Removes overrides and reviews about a person.';
