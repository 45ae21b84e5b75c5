-- Takes back the pairs of a rule that were found under keys which by now more observations hold than the rule allows: such a
-- key says nothing about a person. Pairs that another key of the rule has found stay. The observations concerned are queued,
-- so that their components are partitioned anew: which pairs there are does not depend on who came first.
-- Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._discard_crowded_pairs(
    p_rule  text,
    p_keys  text[],
    p_limit integer
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_concerned bigint[];
BEGIN
    IF coalesce(cardinality(p_keys), 0) = 0 THEN
        RETURN;
    END IF;

    WITH discarded AS (
        DELETE FROM cdp_match_pairs AS pair
        USING unnest(p_keys) AS crowded (key)
        JOIN cdp_match_keys AS low ON low.key = crowded.key
        WHERE pair.low_raw_profile_id = low.raw_profile_id
          AND pair.rule = p_rule
          AND EXISTS (
            SELECT
            FROM cdp_match_keys AS high
            WHERE high.key = crowded.key
              AND high.raw_profile_id = pair.high_raw_profile_id
        )
          AND NOT EXISTS (
            SELECT
            FROM cdp_match_keys AS shared
            JOIN cdp_match_keys AS other
                ON other.key = shared.key
                AND other.raw_profile_id = pair.high_raw_profile_id
            WHERE shared.raw_profile_id = pair.low_raw_profile_id
              AND starts_with(shared.key, p_rule || ':')
              AND (
                SELECT count(*)
                FROM (SELECT FROM cdp_match_keys AS holder WHERE holder.key = shared.key LIMIT p_limit + 1) AS counted
            ) <= p_limit
        )
        RETURNING
            pair.low_raw_profile_id,
            pair.high_raw_profile_id
    )
    SELECT array_agg(DISTINCT side.id)
    INTO v_concerned
    FROM discarded
    CROSS JOIN LATERAL (VALUES (discarded.low_raw_profile_id), (discarded.high_raw_profile_id)) AS side (id);

    INSERT INTO cdp_resolution_queue (raw_profile_id, needs_rebuild, needs_relink)
    SELECT concerned.id, true, true
    FROM unnest(v_concerned) AS concerned (id);
END;
$$;

COMMENT ON FUNCTION c360._discard_crowded_pairs(text, text[], integer) IS
    'Takes back pairs found under keys that too many observations hold, and queues the observations.';
