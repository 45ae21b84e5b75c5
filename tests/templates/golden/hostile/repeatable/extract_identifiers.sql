-- Identifiers of observations: those sent as such and those among the traits, normalised, absent ones gone. A value that
-- is blocked or of a type that is not matched comes back with is_usable = false. voice says which person the observation
-- speaks of, see cdp_raw_identifiers. Trusts that cdp_standard_profiles has the observations. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.extract_identifiers(p_raw_profile_ids bigint[])
    RETURNS TABLE (raw_profile_id bigint, identifier_type text, value text, is_usable boolean, voice bigint)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._plan_for(cardinality(p_raw_profile_ids));

    RETURN QUERY
    WITH kind (identifier_type, is_matched, claim) AS (
        VALUES
            (NULL::text, NULL::boolean, NULL::bigint),
            ('user', true, NULL::bigint),
            ('all', true, 1::bigint)
    ),
    blocked (identifier_type, pattern) AS (
        VALUES
            (NULL::text, NULL::text),
            ('*', E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''')
    ),
    -- One pattern for each type, so that a value is compared once.
    guard AS MATERIALIZED (
        SELECT
            kind.identifier_type,
            kind.is_matched,
            '^(?:' || string_agg('(?:' || blocked.pattern || ')', '|') || ')$' AS pattern
        FROM kind
        LEFT JOIN blocked ON blocked.identifier_type IN (kind.identifier_type, '*')
        WHERE kind.identifier_type IS NOT NULL
        GROUP BY
            kind.identifier_type,
            kind.is_matched
    ),
    observed AS MATERIALIZED (
        SELECT
            raw.raw_profile_id,
            raw.identifiers,
            raw.traits
        FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                own.raw_profile_id,
                own.identifiers,
                own.traits
            FROM tenant_select_2.cdp_raw_profiles AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
            OFFSET 0
        ) AS raw
    ),
    -- Traits that identify, and where among the traits.
    place (identifier_type, trait, inside) AS (
        VALUES
            (NULL::text, NULL::text, NULL::text[]),
            ('user', E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])
    ),
    sent AS MATERIALIZED (
        SELECT
            observed.raw_profile_id,
            item.name AS identifier_type,
            item.value
        FROM observed
        CROSS JOIN LATERAL jsonb_each(observed.identifiers) AS item (name, value)
        UNION ALL
        SELECT
            observed.raw_profile_id,
            place.identifier_type,
            item.value #> place.inside
        FROM observed
        CROSS JOIN LATERAL jsonb_each(observed.traits) AS item (trait, value)
        JOIN place ON place.trait = item.trait
        WHERE observed.traits <> '{}'
    ),
    -- Nearly all are single values; only lists and scopes have to be taken apart.
    single AS (
        SELECT
            sent.raw_profile_id,
            sent.identifier_type,
            sent.value #>> '{}' AS value
        FROM sent
        WHERE jsonb_typeof(sent.value) IN ('string', 'number')
        UNION ALL
        SELECT
            sent.raw_profile_id,
            spread.identifier_type,
            spread.value
        FROM sent
        CROSS JOIN LATERAL c360._spread_identifier(sent.identifier_type, sent.value) AS spread
        WHERE jsonb_typeof(sent.value) IN ('array', 'object')
    ),
    comparable AS (
        SELECT DISTINCT
            single.raw_profile_id,
            single.identifier_type,
            CASE
                WHEN split_part(single.identifier_type, ':', 1) = ANY (ARRAY['all']::text[])
                    THEN c360.normalise_email(single.value)
                WHEN split_part(single.identifier_type, ':', 1) = ANY (ARRAY[]::text[])
                    THEN c360.normalise_phone(single.value, 'US')
                ELSE c360.normalise_id(single.value)
            END AS value
        FROM single
        WHERE EXISTS (SELECT FROM kind WHERE kind.identifier_type = single.identifier_type)
           OR single.identifier_type ~ '^[a-z][a-z0-9_]{0,40}(:.{1,60})?$'
    )
    SELECT
        judged.raw_profile_id,
        judged.identifier_type,
        judged.value,
        judged.is_usable,
        coalesce(
            c360._person_code(said.given_name, said.family_name, said.birth_date)
                | min(judged.claim) OVER (PARTITION BY judged.raw_profile_id),
            c360._person_code(said.given_name, said.family_name, said.birth_date)
        )
    FROM (
        SELECT
            comparable.raw_profile_id,
            comparable.identifier_type,
            comparable.value,
            usable.is_usable,
            CASE
                WHEN usable.is_usable THEN (kind.claim << 20) | (hashtextextended(comparable.value, 0) & 1048575)
            END AS claim
        FROM comparable
        LEFT JOIN guard ON guard.identifier_type = split_part(comparable.identifier_type, ':', 1)
        LEFT JOIN kind ON kind.identifier_type = comparable.identifier_type
        CROSS JOIN LATERAL (
            SELECT coalesce(guard.is_matched AND NOT coalesce(comparable.value ~* guard.pattern, false), false) AS is_usable
        ) AS usable
        WHERE comparable.value IS NOT NULL
    ) AS judged
    LEFT JOIN LATERAL (
        SELECT
            own.given_name,
            own.family_name,
            own.birth_date
        FROM tenant_select_2.cdp_standard_profiles AS own
        WHERE own.raw_profile_id = judged.raw_profile_id
        OFFSET 0
    ) AS said ON true;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.extract_identifiers(bigint[]) IS
    'Normalised identifiers of observations by the identifier types, attributes and blocked values of this tenant.';
