-- Reads anew, of all observations of the tenant, what the scored match rule compares, and their blocking keys; keys that are
-- common in a model are left out (none are with NULL). Observations that were not resolved yet are brought into standard
-- form. Trusts the search_path and the resolver's lock. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._refill_match_fields(p_match_model_id bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET work_mem = '16MB'
    SET jit = off
AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT raw.raw_profile_id FROM cdp_raw_profiles AS raw ORDER BY raw.raw_profile_id);
    v_part bigint[];
BEGIN
    IF match_recipe() IS NULL THEN
        RETURN;
    END IF;

    TRUNCATE cdp_match_fields, cdp_blocking_keys;

    FOR v_from IN 1 .. cardinality(v_ids) BY 50000 LOOP
        v_part := v_ids[v_from : v_from + 49999];

        PERFORM standardise_profiles(ARRAY(
            SELECT wanted.id
            FROM unnest(v_part) AS wanted (id)
            WHERE NOT EXISTS (SELECT FROM cdp_standard_profiles AS said WHERE said.raw_profile_id = wanted.id)
        ));

        INSERT INTO cdp_match_fields (raw_profile_id, fields)
        SELECT
            read.raw_profile_id,
            read.fields
        FROM match_fields(v_part) AS read;
    END LOOP;

    FOR v_from IN 1 .. cardinality(v_ids) BY 200000 LOOP
        -- In the order of the index, and each once.
        INSERT INTO cdp_blocking_keys (key, raw_profile_id)
        SELECT DISTINCT
            made.key,
            made.raw_profile_id
        FROM blocking_keys(v_ids[v_from : v_from + 199999], true) AS made
        WHERE NOT EXISTS (
            SELECT
            FROM cdp_match_common_keys AS common
            WHERE common.match_model_id = p_match_model_id
              AND common.key = made.key
        )
        ORDER BY
            made.key,
            made.raw_profile_id;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._refill_match_fields(bigint) IS
    'Reads anew what the scored match rule compares of all observations, and their blocking keys.';
