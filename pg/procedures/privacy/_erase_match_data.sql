-- Removes what match rules derived from a person: standard form, compared fields, keys, pairs, and how often values occur that
-- nobody else has. The model itself is figures about all, and stays. Answers {table: rows}. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_match_data(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_counts jsonb := '{}';
    v_values text[];
    v_count  bigint;
BEGIN
    v_values := ARRAY(
        SELECT DISTINCT said.value COLLATE "C"
        FROM cdp_match_fields AS own
        CROSS JOIN LATERAL unnest(own.fields) AS said (value)
        WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids)
          AND said.value IS NOT NULL
    );

    DELETE FROM cdp_match_fields AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_match_fields', v_count);

    DELETE FROM cdp_match_frequencies AS frequency
    WHERE frequency.value = ANY (v_values)
      AND NOT EXISTS (
          SELECT
          FROM cdp_match_fields AS other
          WHERE frequency.value = ANY (other.fields)
      );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_match_frequencies', v_count);

    DELETE FROM cdp_blocking_keys AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_blocking_keys', v_count);

    DELETE FROM cdp_match_keys AS own
    WHERE own.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_match_keys', v_count);

    DELETE FROM cdp_match_pairs AS pair
    WHERE pair.low_raw_profile_id = ANY (p_person.raw_profile_ids)
       OR pair.high_raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_counts := v_counts || jsonb_build_object('cdp_match_pairs', v_count);

    DELETE FROM cdp_standard_profiles AS said
    WHERE said.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_counts || jsonb_build_object('cdp_standard_profiles', v_count);
END;
$$;

COMMENT ON FUNCTION c360._erase_match_data(c360.person) IS
    'Removes what match rules derived from a person.';
