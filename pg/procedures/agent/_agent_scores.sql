-- The scores of a golden record, each with its five largest parts: [{score, value, parts: [{part, points, words}]}]. One that tells the value of a
-- masked attribute is left out. RFM is as it was last worked out: its cut points are those of all customers, which nobody waits for. value of
-- lead_probability is the probability; of the others that are worked out now the sum of all parts. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._agent_scores(p_tenant text, p_master_profile_id uuid, p_profile jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_masked text[] := c360._masked_scores(p_tenant);
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(
            jsonb_build_object('score', told.score, 'value', told.value, 'parts', told.parts)
            ORDER BY told.place
        ), '[]')
        FROM (
            SELECT
                1::bigint AS place,
                'rfm_segment' AS score,
                p_profile -> 'rfm_segment' AS value,
                jsonb_agg(
                    jsonb_build_object('part', named.part, 'points', scored.points, 'words', format('%s is %s of 5.', named.part, scored.points))
                    ORDER BY named.part DESC
                ) AS parts
            FROM unnest('{recency,frequency,monetary}'::text[]) AS named (part)
            CROSS JOIN LATERAL (SELECT p_profile -> format('rfm_%s_score', named.part) AS points) AS scored
            WHERE scored.points IS NOT NULL
            HAVING p_profile ? 'rfm_segment'
               AND NOT c360._score_columns('rfm_segment') && v_masked
            UNION ALL
            SELECT
                asked.place + 1,
                asked.score,
                to_jsonb(CASE
                    WHEN asked.score = 'lead_probability' THEN round(c360._probability_of(sum(said.points))::numeric, 4)
                    ELSE round(sum(said.points), 4)
                END),
                jsonb_agg(
                    jsonb_build_object('part', said.part, 'points', round(said.points, 4), 'words', said.words)
                    ORDER BY said.rank
                ) FILTER (WHERE said.rank <= 5)
            FROM unnest('{clv,engagement,inactivity,lead,lead_probability}'::text[]) WITH ORDINALITY AS asked (score, place)
            CROSS JOIN LATERAL (
                SELECT
                    reason.part,
                    reason.points,
                    reason.words,
                    row_number() OVER (ORDER BY abs(reason.points) DESC, reason.part) AS rank
                FROM c360._explain_scores(p_tenant, ARRAY[p_master_profile_id], asked.score) AS reason
            ) AS said
            WHERE NOT c360._score_columns(asked.score) && v_masked
            GROUP BY
                asked.place,
                asked.score
        ) AS told
    );
END;
$$;

COMMENT ON FUNCTION c360._agent_scores(text, uuid, jsonb) IS
    'The scores of a golden record with their main parts, for an agent.';
