-- Holds two observations against a composite rule and says of each condition which values it saw, as they were sent and as
-- they were compared, and whether it holds: {rule, kind, verdict, holds, conditions: [{attribute, compare, ..., sent: [low, high],
-- compared: [low, high], holds}]}. What one of the two does not say fulfils no condition. Values of masked attributes are
-- hidden. NULL for a rule that does not exist or is not composite. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._evaluate_rule(
    p_tenant text,
    p_rule   text,
    p_low    bigint,
    p_high   bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
DECLARE
    v_rule       record;
    v_conditions jsonb;
BEGIN
    SELECT
        known.kind,
        known.definition
    INTO v_rule
    FROM c360.match_rules AS known
    WHERE known.tenant = p_tenant
      AND known.rule = p_rule
      AND known.kind = 'composite';

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT jsonb_agg(
        condition.item || jsonb_build_object(
            'sent', CASE WHEN shown.is_hidden THEN c360._masked_list(value.sent, described.data_type) ELSE value.sent END,
            'compared', CASE WHEN shown.is_hidden THEN c360._masked_list(value.compared, described.data_type) ELSE value.compared END,
            'holds', coalesce(c360._condition_holds(condition.item, value.compared ->> 0, value.compared ->> 1), false)
        )
        ORDER BY condition.number
    )
    INTO v_conditions
    FROM jsonb_array_elements(v_rule.definition -> 'all') WITH ORDINALITY AS condition (item, number)
    JOIN c360.profile_attributes AS described
        ON described.tenant = p_tenant
        AND described.attribute = condition.item ->> 'attribute'
    -- Masked itself, or part of a full name that is.
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT
            FROM c360._masked_attributes(p_tenant) AS hidden
            WHERE hidden.attribute = described.attribute
               OR (hidden.attribute = 'full_name' AND described.attribute IN ('first_name', 'last_name'))
        ) AS is_hidden
    ) AS shown
    CROSS JOIN LATERAL (
        SELECT
            jsonb_agg(c360._sent_value(raw.traits, raw.identifiers, described.*) ORDER BY pair.position) AS sent,
            jsonb_agg(
                c360._compared_value(described.attribute, described.normaliser, described.data_type, to_jsonb(said.*))
                ORDER BY pair.position
            ) AS compared
        FROM unnest(ARRAY[p_low, p_high]) WITH ORDINALITY AS pair (raw_profile_id, position)
        LEFT JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = pair.raw_profile_id
        LEFT JOIN cdp_standard_profiles AS said ON said.raw_profile_id = pair.raw_profile_id
    ) AS value;

    RETURN jsonb_build_object(
        'rule', p_rule,
        'kind', v_rule.kind,
        'verdict', coalesce(v_rule.definition ->> 'verdict', 'match'),
        'holds', NOT v_conditions @? '$[*] ? (@.holds == false)',
        'conditions', v_conditions
    );
END;
$$;

COMMENT ON FUNCTION c360._evaluate_rule(text, text, bigint, bigint) IS
    'What each condition of a composite rule sees in two observations, and whether it holds; masked values hidden.';
