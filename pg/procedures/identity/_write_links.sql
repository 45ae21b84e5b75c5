-- Links observations to golden records, or moves them there. Leaves the choice of plans to the cache: foreign keys are
-- checked by statements of their own, which forced custom plans would plan anew for each row.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._write_links(
    p_raw_profile_ids    bigint[],
    p_master_profile_ids uuid[],
    p_components         bigint[],
    p_rules              text[],
    p_scores             real[],
    p_evidence           jsonb[],
    p_at                 timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = auto
    SET jit = off
AS $$
BEGIN
    INSERT INTO cdp_profile_links AS known (raw_profile_id, master_profile_id, component_id, rule, score, evidence, linked_at)
    SELECT
        link.raw_profile_id,
        link.master_profile_id,
        link.component_id,
        link.rule,
        link.score,
        link.evidence,
        p_at
    FROM unnest(p_raw_profile_ids, p_master_profile_ids, p_components, p_rules, p_scores, p_evidence)
        AS link (raw_profile_id, master_profile_id, component_id, rule, score, evidence)
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET master_profile_id = excluded.master_profile_id,
        component_id = excluded.component_id,
        rule = excluded.rule,
        score = excluded.score,
        evidence = excluded.evidence,
        linked_at = CASE
            WHEN known.master_profile_id = excluded.master_profile_id THEN known.linked_at
            ELSE excluded.linked_at
        END;
END;
$$;

COMMENT ON FUNCTION c360._write_links(bigint[], uuid[], bigint[], text[], real[], jsonb[], timestamptz) IS
    'Writes links of observations to golden records.';
