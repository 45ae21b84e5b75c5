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
    WITH kind (identifier_type, is_matched, claim, form, words, letters, pattern, pattern_for_all) AS (
        VALUES
            (NULL::text, NULL::boolean, NULL::bigint, NULL::text, NULL::text[], NULL::text, NULL::text, NULL::text),
            (
                'user', true, NULL,
                'id', ARRAY[]::text[], 'i',
                E'^(?:(?:it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''))\u0024',
                NULL
            ),
            (
                'all', true, 1,
                'email', ARRAY[]::text[], 'i',
                E'^(?:(?:it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''))\u0024',
                NULL
            )
    ),
    observed AS MATERIALIZED (
        SELECT
            raw.raw_profile_id,
            raw.identifiers,
            raw.traits,
            c360._person_code(said.given_name, said.family_name, said.birth_date) AS person,
            said.country
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
        LEFT JOIN LATERAL (
            SELECT
                own.given_name,
                own.family_name,
                own.birth_date,
                NULL::text AS country
            FROM tenant_select_2.cdp_standard_profiles AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
            OFFSET 0
        ) AS said ON true
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
            observed.person,
            observed.country,
            item.name AS identifier_type,
            item.value
        FROM observed
        CROSS JOIN LATERAL jsonb_each(observed.identifiers) AS item (name, value)
        UNION ALL
        SELECT
            observed.raw_profile_id,
            observed.person,
            observed.country,
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
            sent.person,
            sent.country,
            sent.identifier_type,
            sent.value #>> '{}' AS value
        FROM sent
        WHERE jsonb_typeof(sent.value) IN ('string', 'number')
        UNION ALL
        SELECT
            sent.raw_profile_id,
            sent.person,
            sent.country,
            spread.identifier_type,
            spread.value
        FROM sent
        CROSS JOIN LATERAL c360._spread_identifier(sent.identifier_type, sent.value) AS spread
        WHERE jsonb_typeof(sent.value) IN ('array', 'object')
    ),
    -- Most values are in comparable form already; telling so is cheaper than a call for each.
    comparable AS MATERIALIZED (
        SELECT
            single.raw_profile_id,
            single.person,
            single.identifier_type,
            kind.is_matched,
            CASE WHEN kind.identifier_type = single.identifier_type THEN kind.claim END AS claim,
            kind.words,
            kind.letters,
            kind.pattern,
            kind.pattern_for_all,
            CASE
                WHEN kind.form = 'email' THEN c360.normalise_email(single.value)
                WHEN kind.form = 'phone' THEN c360._own_phone(single.value, coalesce(single.country, 'US'), 'US')
                WHEN c360._is_plain(single.value) AND length(single.value) <= 500 THEN single.value
                ELSE c360.normalise_id(single.value)
            END AS value
        FROM single
        LEFT JOIN kind ON kind.identifier_type = split_part(single.identifier_type, ':', 1)
        WHERE kind.identifier_type = single.identifier_type
           OR single.identifier_type ~ '^[a-z][a-z0-9_]{0,40}(:.{1,60})?$'
    ),
    judged AS MATERIALIZED (
        SELECT DISTINCT ON (comparable.raw_profile_id, comparable.identifier_type COLLATE "C", comparable.value COLLATE "C")
            comparable.raw_profile_id,
            comparable.person,
            comparable.identifier_type,
            comparable.value,
            comparable.claim,
            coalesce(
                comparable.is_matched
                AND NOT (
                    lower(comparable.value) = ANY (comparable.words)
                    OR (strpos(comparable.letters, lower(left(comparable.value, 1))) > 0 AND comparable.value ~* comparable.pattern)
                    OR coalesce(comparable.value ~* comparable.pattern_for_all, false)
                ),
                false
            ) AS is_usable
        FROM comparable
        WHERE comparable.value IS NOT NULL
    )
    SELECT
        judged.raw_profile_id,
        judged.identifier_type,
        judged.value,
        judged.is_usable,
        judged.person | coalesce(
            min((judged.claim << 20) | (hashtextextended(judged.value, 0) & 1048575)) FILTER (WHERE judged.is_usable)
                OVER (PARTITION BY judged.raw_profile_id),
            0
        )
    FROM judged;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.extract_identifiers(bigint[]) IS
    'Normalised identifiers of observations by the identifier types, attributes and blocked values of this tenant.';
