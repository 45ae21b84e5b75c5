-- Why no identifier made two golden records one, type by type: values they share that are contested, that too many persons
-- have (shared), that belong to several (divided) or that link nobody; values that contradict; values that differ; types
-- that one of them lacks. Masked values are hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._identifier_obstacles(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[]
)
    RETURNS TABLE (distance integer, priority integer, detail jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_masked text[] := c360._masked_identifier_types(p_tenant);
BEGIN
    RETURN QUERY
    WITH compared AS MATERIALIZED (
        SELECT
            sides.*,
            kind.priority,
            kind.is_matched,
            kind.identifier_type = ANY (v_masked) AS is_masked,
            kind.is_exclusive,
            kind.is_strong,
            kind.normaliser,
            jsonb_build_object(
                'identifier_type', sides.identifier_type,
                'first_values', c360._shown_values(sides.first_values, kind.identifier_type = ANY (v_masked)),
                'second_values', c360._shown_values(sides.second_values, kind.identifier_type = ANY (v_masked))
            ) AS both_sides
        FROM c360._compared_identifier_types(p_one, p_two) AS sides
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(sides.identifier_type, ':', 1)
    )
    SELECT
        CASE WHEN crowd.state IS NULL THEN 2 ELSE 4 END,
        compared.priority,
        jsonb_build_object(
            'kind', CASE
                WHEN crowd.state = 'shared' THEN 'shared'
                WHEN crowd.state = 'divided' AND NOT c360._is_strong_value(compared.is_strong, compared.normaliser, common.value) THEN 'divided'
                ELSE 'contested'
            END,
            'rule', 'exact:' || compared.identifier_type,
            'identifier_type', compared.identifier_type,
            'values', c360._shown_values(ARRAY[common.value], compared.is_masked)
        )
    FROM compared
    CROSS JOIN LATERAL unnest(compared.common_usable) AS common (value)
    LEFT JOIN LATERAL (
        SELECT known.state
        FROM cdp_value_states AS known
        WHERE known.identifier_type = compared.identifier_type
          AND known.value = common.value
        OFFSET 0
    ) AS crowd ON true
    UNION ALL
    SELECT
        3,
        compared.priority,
        jsonb_build_object('kind', 'conflict') || compared.both_sides
    FROM compared
    WHERE compared.is_exclusive
      AND compared.common_usable IS NULL
      AND compared.first_values IS NOT NULL
      AND compared.second_values IS NOT NULL
    UNION ALL
    SELECT
        4,
        compared.priority,
        jsonb_build_object(
            'kind', c360._why_unusable(p_tenant, compared.identifier_type),
            'rule', 'exact:' || compared.identifier_type,
            'identifier_type', compared.identifier_type,
            'values', c360._shown_values(ARRAY[common.value], compared.is_masked)
        )
    FROM compared
    CROSS JOIN LATERAL unnest(compared.common_unusable) AS common (value)
    UNION ALL
    SELECT
        CASE WHEN compared.first_values IS NULL OR compared.second_values IS NULL THEN 7 ELSE 6 END,
        compared.priority,
        jsonb_build_object(
            'kind', CASE
                WHEN NOT compared.is_matched THEN 'unmatched'
                WHEN compared.first_values IS NULL OR compared.second_values IS NULL THEN 'absent'
                ELSE 'values_differ'
            END,
            'rule', 'exact:' || compared.identifier_type
        ) || compared.both_sides
    FROM compared
    WHERE compared.common_usable IS NULL
      AND compared.common_unusable IS NULL;
END;
$$;

COMMENT ON FUNCTION c360._identifier_obstacles(text, bigint[], bigint[]) IS
    'Why identifiers do not tie two golden records, type by type.';
