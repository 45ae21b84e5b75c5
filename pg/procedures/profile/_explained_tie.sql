-- One direct tie between two observations in words and values: rule, score, what they share; for an identifier how each of
-- them sent it, for a match rule every comparison. Masked values are hidden. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._explained_tie(
    p_tenant   text,
    p_rule     text,
    p_score    real,
    p_evidence jsonb,
    p_first    bigint,
    p_second   bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_type   text := p_evidence ->> 'identifier_type';
BEGIN
    RETURN jsonb_build_object(
        'from_raw_profile_id', p_first,
        'to_raw_profile_id', p_second,
        'rule', p_rule,
        'score', p_score
    ) || c360._masked_evidence(p_tenant, p_evidence) || CASE
        WHEN v_type IS NOT NULL THEN (
            SELECT jsonb_build_object(
                'first_sent', CASE WHEN sent.is_masked THEN c360._masked_value(sent.first) ELSE sent.first END,
                'second_sent', CASE WHEN sent.is_masked THEN c360._masked_value(sent.second) ELSE sent.second END
            )
            FROM (
                SELECT
                    to_jsonb(c360._sent_identifier(p_tenant, p_first, v_type, p_evidence ->> 'value')) AS first,
                    to_jsonb(c360._sent_identifier(p_tenant, p_second, v_type, p_evidence ->> 'value')) AS second,
                    split_part(v_type, ':', 1) = ANY (c360._masked_identifier_types(p_tenant)) AS is_masked
            ) AS sent
        )
        ELSE coalesce(
            (
                SELECT jsonb_build_object('conditions', evaluated.answer -> 'conditions')
                FROM c360._evaluate_rule(p_tenant, p_rule, p_first, p_second) AS evaluated (answer)
                WHERE evaluated.answer IS NOT NULL
            ),
            (
                SELECT weighed.answer - 'score'
                FROM c360._weighed_pair(p_tenant, p_first, p_second) AS weighed (answer)
                WHERE weighed.answer ->> 'rule' = p_rule
            ),
            '{}'
        )
    END;
END;
$$;

COMMENT ON FUNCTION c360._explained_tie(text, text, real, jsonb, bigint, bigint) IS
    'A tie between two observations with its values, masked ones hidden.';
