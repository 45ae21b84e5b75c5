-- What says that two golden records cannot be one, were something to tie them: birth dates that conflict, names of
-- different persons, more values of a strong type than one person may have, more observations than a golden record may. Conflicting ids are among the obstacles
-- of identifiers. Masked values are hidden. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._contradictions(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[]
)
    RETURNS TABLE (distance integer, priority integer, detail jsonb)
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
DECLARE
    v_days       text[] := c360._birth_dates(p_one);
    v_other_days text[] := c360._birth_dates(p_two);
    v_is_masked  boolean := EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = 'date_of_birth'
    );
    v_hides_name boolean := EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute IN ('first_name', 'last_name', 'full_name')
    );
    v_masked     text[] := c360._masked_identifier_types(p_tenant);
BEGIN
    RETURN QUERY
    SELECT
        3,
        0,
        jsonb_build_object(
            'kind', 'conflict',
            'attribute', 'date_of_birth',
            'first_values', c360._shown_days(v_days, v_is_masked),
            'second_values', c360._shown_days(v_other_days, v_is_masked)
        )
    WHERE cardinality(v_days) > 0
      AND cardinality(v_other_days) > 0
      AND NOT EXISTS (
          SELECT
          FROM unnest(v_days) AS one (day)
          CROSS JOIN unnest(v_other_days) AS other (day)
          WHERE NOT c360._dates_conflict(one.day::date, other.day::date)
      )
    UNION ALL
    SELECT
        3,
        0,
        jsonb_build_object(
            'kind', 'conflict',
            'attribute', 'name',
            'first_values', c360._shown_names(said.names, v_hides_name),
            'second_values', c360._shown_names(said.other_names, v_hides_name)
        )
    FROM (
        SELECT
            c360._said_names(p_one) AS names,
            c360._said_names(p_two) AS other_names
        OFFSET 0
    ) AS said
    WHERE cardinality(said.names) > 0
      AND cardinality(said.other_names) > 0
      AND NOT EXISTS (
          SELECT
          FROM unnest(said.names) AS one (given_name, family_name, birth_date)
          CROSS JOIN unnest(said.other_names) AS other (given_name, family_name, birth_date)
          WHERE c360._names_go_together(
              one.given_name, one.family_name, one.birth_date, other.given_name, other.family_name, other.birth_date
          )
      )
    UNION ALL
    SELECT
        3,
        kind.priority,
        jsonb_build_object(
            'kind', 'limit',
            'identifier_type', sides.identifier_type,
            'limit', kind.profile_limit,
            'first_values', c360._shown_values(sides.first_values, kind.identifier_type = ANY (v_masked)),
            'second_values', c360._shown_values(sides.second_values, kind.identifier_type = ANY (v_masked))
        )
    FROM c360._compared_identifier_types(p_one, p_two) AS sides
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(sides.identifier_type, ':', 1)
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT held.value) AS values
        FROM unnest(sides.first_values || sides.second_values) AS held (value)
    ) AS together
    WHERE NOT kind.is_exclusive
      AND kind.is_strong
      AND together.values > greatest(kind.profile_limit, cardinality(sides.first_values), cardinality(sides.second_values))
    UNION ALL
    SELECT
        3,
        1000,
        jsonb_build_object('kind', 'size', 'limit', tenant.max_cluster_size, 'observations', cardinality(p_one) + cardinality(p_two))
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
      AND cardinality(p_one) + cardinality(p_two) > tenant.max_cluster_size;
END;
$$;

COMMENT ON FUNCTION c360._contradictions(text, bigint[], bigint[]) IS
    'Birth dates, names, limits and size that keep two golden records apart.';
