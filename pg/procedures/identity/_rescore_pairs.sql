-- Scores all observations of a tenant anew with the active model: reads what is compared, finds the pairs of each part of the
-- observations with all later ones, and replaces those an older model left. Pairs of other rules stay. Without an active model
-- the pairs go. Answers how many pairs there are. Trusts the resolver's lock. Safe to repeat. Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360._rescore_pairs(
    p_tenant text,
    p_batch  integer DEFAULT 50000
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    v_model bigint;
    v_ids   bigint[];
    v_pairs bigint := 0;
    v_found bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    DELETE FROM cdp_match_pairs AS pair
    USING cdp_match_models AS model
    WHERE model.rule = pair.rule;

    v_model := c360._active_match_model();
    IF v_model IS NULL THEN
        RETURN 0;
    END IF;

    PERFORM c360._refill_match_fields(v_model);
    v_ids := ARRAY(SELECT own.raw_profile_id FROM cdp_match_fields AS own ORDER BY own.raw_profile_id);

    FOR v_from IN 1 .. cardinality(v_ids) BY p_batch LOOP
        INSERT INTO cdp_match_pairs (low_raw_profile_id, high_raw_profile_id, rule, verdict, score, levels)
        SELECT
            pair.low_raw_profile_id,
            pair.high_raw_profile_id,
            pair.rule,
            pair.verdict,
            pair.score,
            pair.levels
        FROM scored_pairs(v_ids[v_from : v_from + p_batch - 1], true) AS pair
        ORDER BY
            pair.low_raw_profile_id,
            pair.high_raw_profile_id;
        GET DIAGNOSTICS v_found = ROW_COUNT;
        v_pairs := v_pairs + v_found;
        RAISE NOTICE 'scored % of % observations', least(v_from + p_batch - 1, cardinality(v_ids)), cardinality(v_ids);
    END LOOP;

    RETURN v_pairs;
END;
$$;

COMMENT ON FUNCTION c360._rescore_pairs(text, integer) IS
    'Scores all observations of a tenant anew with the active model.';
