-- Brings the reviews about these observations in line: what was refused between different golden records is open, and so
-- are pairs that a match rule hands to a person; what nothing proposes any more, or is one golden record by now, is
-- obsolete. What a person decided stays decided. Call when the links are written. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._refresh_reviews(
    p_raw_profile_ids bigint[],
    p_one             bigint[],
    p_other           bigint[],
    p_rules           text[],
    p_values          text[],
    p_scores          real[],
    p_obstacles       text[],
    p_at              timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    IF coalesce(cardinality(p_one), 0) = 0
        AND NOT EXISTS (SELECT FROM cdp_match_reviews)
        AND NOT EXISTS (SELECT FROM cdp_match_pairs)
    THEN
        RETURN;
    END IF;

    PERFORM c360._open_reviews(p_one, p_other, p_rules, p_values, p_scores, p_obstacles, p_at);
    PERFORM c360._propose_pairs(p_raw_profile_ids, p_at);

    WITH proposed AS MATERIALIZED (
        SELECT
            least(tie.one, tie.other) AS low,
            greatest(tie.one, tie.other) AS high,
            tie.rule
        FROM unnest(p_one, p_other, p_rules) AS tie (one, other, rule)
    ),
    -- By observation, never over all that are open.
    about AS MATERIALIZED (
        SELECT DISTINCT
            review.match_review_id,
            review.low_raw_profile_id,
            review.high_raw_profile_id,
            review.rule
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT
                own.match_review_id,
                own.low_raw_profile_id,
                own.high_raw_profile_id,
                own.rule,
                own.status
            FROM cdp_match_reviews AS own
            WHERE own.low_raw_profile_id = wanted.id
            UNION ALL
            SELECT
                own.match_review_id,
                own.low_raw_profile_id,
                own.high_raw_profile_id,
                own.rule,
                own.status
            FROM cdp_match_reviews AS own
            WHERE own.high_raw_profile_id = wanted.id
            OFFSET 0
        ) AS review
        WHERE review.status = 'open'
    ),
    settled AS MATERIALIZED (
        SELECT about.match_review_id
        FROM about
        CROSS JOIN LATERAL (
            SELECT own.master_profile_id
            FROM cdp_profile_links AS own
            WHERE own.raw_profile_id = about.low_raw_profile_id
            OFFSET 0
        ) AS one
        CROSS JOIN LATERAL (
            SELECT own.master_profile_id
            FROM cdp_profile_links AS own
            WHERE own.raw_profile_id = about.high_raw_profile_id
            OFFSET 0
        ) AS other
        WHERE one.master_profile_id = other.master_profile_id
           OR NOT (
               (about.low_raw_profile_id, about.high_raw_profile_id, about.rule) IN (
                   SELECT
                       proposed.low,
                       proposed.high,
                       proposed.rule
                   FROM proposed
               )
               OR EXISTS (
                   SELECT
                   FROM cdp_match_pairs AS pair
                   WHERE pair.low_raw_profile_id = about.low_raw_profile_id
                     AND pair.high_raw_profile_id = about.high_raw_profile_id
                     AND pair.rule = about.rule
                     AND pair.verdict IN ('review', 'kin')
               )
           )
    )
    UPDATE cdp_match_reviews AS review
    SET status = 'obsolete',
        decided_at = p_at,
        decided_by = NULL
    WHERE review.match_review_id = ANY (ARRAY(SELECT settled.match_review_id FROM settled));
END;
$$;

COMMENT ON FUNCTION c360._refresh_reviews(bigint[], bigint[], bigint[], text[], text[], real[], text[], timestamptz) IS
    'Opens reviews for refused ties and makes those obsolete that nothing proposes any more.';
