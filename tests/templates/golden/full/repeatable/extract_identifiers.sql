-- Identifiers of observations: those sent as such and those among the traits, normalised, absent ones gone. A value that
-- is blocked or of a type that is not matched comes back with is_usable = false. voice says which person the observation
-- speaks of, see cdp_raw_identifiers. Trusts that cdp_standard_profiles has the observations. p_may_share gives half of
-- thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_full.extract_identifiers(bigint[]);

CREATE OR REPLACE FUNCTION tenant_full.extract_identifiers(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT true)
    RETURNS TABLE (raw_profile_id bigint, identifier_type text, value text, is_usable boolean, voice bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_memoize = off
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_half integer := cardinality(p_raw_profile_ids) / 2;
BEGIN
    IF p_may_share AND v_half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_full.extract_identifiers(p_raw_profile_ids[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_full.extract_identifiers(p_raw_profile_ids[v_half + 1:], false) AS part;
        RETURN;
    ELSIF p_may_share THEN
        PERFORM c360._plan_for(cardinality(p_raw_profile_ids));
    END IF;

    RETURN QUERY
    WITH kind (identifier_type, is_matched, claim, form, words, letters, pattern, pattern_for_all) AS (
        VALUES
            (NULL::text, NULL::boolean, NULL::bigint, NULL::text, NULL::jsonb, NULL::text, NULL::text, NULL::text),
            (
                'user_id', true, NULL,
                'id', '{}', '',
                NULL,
                NULL
            ),
            (
                'national_id', true, NULL,
                'id', '{}', '',
                NULL,
                NULL
            ),
            (
                'email', true, 1,
                'email', '{}', '',
                NULL,
                NULL
            ),
            (
                'phone', true, 2,
                'phone', '{}', '',
                NULL,
                E'^(?:(?:[+]?0+))\u0024'
            ),
            (
                'crm_id', true, 3,
                'id', '{}', '',
                NULL,
                NULL
            ),
            (
                'anonymous_id', true, NULL,
                'id', '{}', '',
                NULL,
                NULL
            ),
            (
                'shelf_id', false, NULL,
                'id', '{}', '',
                NULL,
                NULL
            ),
            -- What an alias says is compared with user ids, and ties nobody by itself.
            ('previous_id', false, NULL, 'id', NULL, NULL, NULL, NULL)
    ),
    -- Traits that identify, and where among the traits.
    place (identifier_type, trait, inside) AS (
        VALUES
            (NULL::text, NULL::text, NULL::text[]),
            ('email', 'email', ARRAY[]::text[]),
            ('email', 'contact', ARRAY['email']::text[]),
            ('national_id', 'nationalId', ARRAY[]::text[]),
            ('crm_id', 'crmContactIds', ARRAY[]::text[])
    ),
    observed AS (
        SELECT
            own.raw_profile_id,
            ARRAY[
                own.identifiers,
                CASE WHEN own.traits - ARRAY['ofTypeText', 'nested', 'ofTypeText_List', 'ofTypeInteger', 'ofTypeBigint', 'ofTypeNumeric', 'ofTypeDouble', 'ofTypeBoolean', 'ofTypeDate', 'ofTypeTimestamp', 'ofTypeJson', 'most_recent', 'first', 'most_frequent', 'longest', 'source_priority', 'verified_first', 'max', 'min', 'name', 'email', 'phone', 'id', 'date', 'gender', 'country', 'contact', 'nationalId', 'crmContactIds', 'born']::text[] = '{}' THEN own.traits ELSE tenant_full.understood_traits(own.traits) END
            ] AS sides,
            c360._person_code(said.given_name, said.family_name, said.birth_date) AS person,
            NULL::text AS country
        FROM tenant_full.cdp_raw_profiles AS own
        LEFT JOIN tenant_full.cdp_standard_profiles AS said
            -- Said twice, so that a hash join reads no others.
            ON said.raw_profile_id = own.raw_profile_id
            AND said.raw_profile_id = ANY (p_raw_profile_ids)
        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
        OFFSET 0
    ),
    sent AS (
        SELECT
            observed.raw_profile_id,
            observed.person,
            observed.country,
            coalesce(place.identifier_type, item.name) AS identifier_type,
            CASE WHEN place.identifier_type IS NULL THEN item.value ELSE item.value #> place.inside END AS value
        FROM observed
        CROSS JOIN LATERAL unnest(observed.sides) WITH ORDINALITY AS side (sent, number)
        CROSS JOIN LATERAL jsonb_each(side.sent) AS item (name, value)
        LEFT JOIN place ON place.trait = item.name AND side.number = 2
        WHERE side.number = 1 OR place.identifier_type IS NOT NULL
        OFFSET 0
    ),
    -- Nearly all are single values; only lists and scopes have to be taken apart.
    single AS (
        SELECT
            sent.raw_profile_id,
            sent.person,
            sent.country,
            -- Addresses and numbers have no scope: {"mobile": ..., "home": ...} are two.
            CASE
                WHEN spread.identifier_type IS NULL OR sent.identifier_type = ANY (ARRAY['email', 'phone']::text[]) THEN sent.identifier_type
                ELSE spread.identifier_type
            END AS identifier_type,
            coalesce(spread.value, c360._scalar(sent.value)) AS value
        FROM sent
        LEFT JOIN LATERAL c360._spread_identifier(
            CASE WHEN jsonb_typeof(sent.value) IN ('array', 'object') THEN sent.identifier_type END, sent.value
        ) AS spread ON true
        WHERE jsonb_typeof(sent.value) IN ('string', 'number') OR spread.value IS NOT NULL
        OFFSET 0
    ),
    -- Most values are in comparable form already; telling so is cheaper than a call for each.
    comparable AS (
        SELECT
            single.raw_profile_id,
            single.person,
            single.identifier_type,
            kind.is_matched,
            CASE WHEN kind.identifier_type = single.identifier_type THEN kind.claim END AS claim,
            kind.form,
            kind.words,
            kind.letters,
            kind.pattern,
            kind.pattern_for_all,
            CASE
                WHEN kind.form = 'email' THEN CASE WHEN c360._is_plain_email(single.value) THEN single.value ELSE c360.normalise_email(single.value) END
                WHEN kind.form = 'phone' THEN
                    CASE
                        WHEN c360._is_plain_phone(single.value) THEN single.value
                        ELSE c360._own_phone(single.value, single.country, 'VN')
                    END
                WHEN kind.form = 'document' THEN c360.normalise_document(single.value)
                WHEN c360._is_plain_id(single.value) THEN single.value
                ELSE c360.normalise_id(single.value)
            END AS value
        FROM single
        LEFT JOIN kind ON kind.identifier_type = split_part(single.identifier_type, ':', 1)
        WHERE kind.identifier_type = single.identifier_type
           OR single.identifier_type ~ '^[a-z][a-z0-9_]{0,40}(:.{1,60})?$'
        OFFSET 0
    ),
    usable AS (
        SELECT
            comparable.raw_profile_id,
            comparable.person,
            comparable.identifier_type,
            comparable.value,
            CASE WHEN comparable.form <> 'email' OR NOT c360._is_role_mailbox(comparable.value) THEN comparable.claim END AS claim,
            coalesce(
                comparable.is_matched
                AND NOT (
                    '{"none": 0, "null": 0}'::jsonb ? comparable.small
                    OR (
                        strpos('', left(comparable.small, 1)) > 0
                        AND coalesce(comparable.small COLLATE c360.letters ~* NULL, false)
                    )
                    OR coalesce(comparable.small COLLATE c360.letters ~* NULL, false)
                    OR comparable.words ? comparable.small
                    OR (
                        strpos(comparable.small, '@') > 0
                        AND comparable.words ?| ARRAY[split_part(comparable.small, '@', 1) || '@', '@' || split_part(comparable.small, '@', -1)]
                    )
                    OR (strpos(comparable.letters, left(comparable.small, 1)) > 0 AND comparable.small COLLATE c360.letters ~* comparable.pattern)
                    OR coalesce(comparable.small COLLATE c360.letters ~* comparable.pattern_for_all, false)
                ),
                false
            ) AS is_usable
        FROM (
            SELECT
                every.*,
                lower(every.value COLLATE c360.letters) AS small
            FROM comparable AS every
            WHERE every.value IS NOT NULL
            OFFSET 0
        ) AS comparable
        OFFSET 0
    ),
    judged AS (
        SELECT DISTINCT ON (usable.raw_profile_id, usable.identifier_type COLLATE "C", usable.value COLLATE "C")
            usable.*
        FROM usable
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

COMMENT ON FUNCTION tenant_full.extract_identifiers(bigint[], boolean) IS
    'Normalised identifiers of observations by the identifier types, attributes and blocked values of this tenant.';
