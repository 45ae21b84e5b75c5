-- What the scored match rule compares, of observations in standard form: one text for each column of the rule, NULL where
-- nothing was said; a day of birth that is none as it was sent, because a typing error says who somebody is; a text that only
-- repeats the name says nothing, because the name is compared already. Several identifiers of one type are joined by chr(31);
-- blocked ones are left out. Identifiers of an observation that is not resolved yet are read from the observation.
-- p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_full.match_fields(bigint[]);

CREATE OR REPLACE FUNCTION tenant_full.match_fields(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT true)
    RETURNS TABLE (raw_profile_id bigint, fields text[])
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET datestyle = 'ISO, YMD'
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_half       integer := cardinality(p_raw_profile_ids) / 2;
    v_unresolved bigint[];
BEGIN
    IF p_may_share AND v_half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_full.match_fields(p_raw_profile_ids[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_full.match_fields(p_raw_profile_ids[v_half + 1:], false) AS part;
        RETURN;
    END IF;

    v_unresolved := ARRAY(
        SELECT wanted.id
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        WHERE NOT EXISTS (SELECT FROM tenant_full.cdp_raw_identifiers AS own WHERE own.raw_profile_id = wanted.id OFFSET 0)
    );

    RETURN QUERY
    WITH held AS (
        SELECT
            wanted.id AS raw_profile_id,
            own.identifier_type,
            own.value
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT
                known.identifier_type,
                known.value
            FROM tenant_full.cdp_raw_identifiers AS known
            WHERE known.raw_profile_id = wanted.id
              AND known.is_usable
            OFFSET 0
        ) AS own
        UNION ALL
        SELECT
            found.raw_profile_id,
            found.identifier_type,
            found.value
        FROM tenant_full.extract_identifiers(v_unresolved, p_may_share) AS found
        WHERE found.is_usable
    ),
    sent AS MATERIALIZED (
        SELECT
            string_agg(scoped.value, chr(31)) FILTER (WHERE scoped.kind = 'email') AS email,
            string_agg(scoped.value, chr(31)) FILTER (WHERE scoped.kind = 'crm_id') AS crm_id,
            scoped.raw_profile_id AS _raw_profile_id
        FROM (
            SELECT
                held.raw_profile_id,
                split_part(held.identifier_type, ':', 1) AS kind,
                CASE
                    WHEN strpos(held.identifier_type, ':') = 0 THEN held.value
                    ELSE held.identifier_type || ':' || held.value
                END AS value
            FROM held
            ORDER BY
                held.raw_profile_id,
                held.identifier_type COLLATE "C",
                held.value COLLATE "C"
        ) AS scoped
        GROUP BY scoped.raw_profile_id
    )
    SELECT
        said.raw_profile_id,
        ARRAY[
            CASE
                WHEN said.attributes ->> 'as_name' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'as_name') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'as_name')
            END,
            nullif(c360_ext.dmetaphone(CASE
                WHEN said.attributes ->> 'as_name' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'as_name') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'as_name')
            END), ''),
            c360._name_roots(split_part(CASE
                WHEN said.attributes ->> 'as_name' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'as_name') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'as_name')
            END, ' ', 1)),
            CASE
                WHEN said.attributes ->> 'by_longest' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'by_longest') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'by_longest')
            END,
            nullif(c360_ext.dmetaphone(CASE
                WHEN said.attributes ->> 'by_longest' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'by_longest') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'by_longest')
            END), ''),
            said.attributes ->> 'born',
            sent.email,
            split_part(split_part(sent.email, '@', 1), '+', 1),
            said.attributes ->> 'as_phone',
            sent.crm_id,
            CASE
                WHEN said.attributes ->> 'of_type_text' ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN lower((said.attributes ->> 'of_type_text') COLLATE "C")
                ELSE c360.normalise_name(said.attributes ->> 'of_type_text')
            END,
            said.attributes ->> 'as_gender',
            said.attributes ->> 'of_type_integer'
        ]::text[]
    FROM unnest(p_raw_profile_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM tenant_full.cdp_standard_profiles AS own
        WHERE own.raw_profile_id = wanted.id
        OFFSET 0
    ) AS said
    LEFT JOIN sent ON sent._raw_profile_id = said.raw_profile_id;
END;
$$;

COMMENT ON FUNCTION tenant_full.match_fields(bigint[], boolean) IS
    'What the scored match rule of this tenant compares, read out of observations.';
