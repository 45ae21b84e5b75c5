-- What to look for in documents: the identifiers of a person as they are compared and as they were sent, in small letters, as
-- JSON and as addresses (%40) write them. Only what is long enough to mean nobody else: with an @, or eight characters with a
-- digit or a sign among them, or twelve. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._person_texts(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_identifiers     c360.identifier[]
)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH sent AS (
            SELECT
                item.name AS identifier_type,
                item.value
            FROM cdp_raw_profiles AS raw
            CROSS JOIN LATERAL jsonb_each(raw.identifiers) AS item (name, value)
            WHERE raw.raw_profile_id = ANY (p_raw_profile_ids)
            UNION ALL
            SELECT
                attribute.identifier_type,
                understood_traits(raw.traits) #> string_to_array(place.path, '.')
            FROM cdp_raw_profiles AS raw
            JOIN c360.profile_attributes AS attribute ON attribute.tenant = p_tenant AND attribute.is_identifier
            CROSS JOIN LATERAL unnest(attribute.trait_paths) AS place (path)
            WHERE raw.raw_profile_id = ANY (p_raw_profile_ids)
        ),
        -- Only types that the tenant has can be normalised.
        said AS MATERIALIZED (
            SELECT
                spread.identifier_type,
                spread.value
            FROM sent
            CROSS JOIN LATERAL c360._spread_identifier(sent.identifier_type, sent.value) AS spread
            JOIN c360.identifier_types AS kind
                ON kind.tenant = p_tenant
                AND kind.identifier_type = split_part(spread.identifier_type, ':', 1)
        ),
        named AS (
            SELECT own.value
            FROM unnest(p_identifiers) AS own
            UNION
            SELECT btrim(said.value)
            FROM said
            JOIN unnest(p_identifiers) AS own
                ON own.identifier_type = said.identifier_type
                AND own.value = c360._normalised_identifier(p_tenant, said.identifier_type, said.value)
        ),
        telling AS (
            SELECT c360._in_small_letters(normalize(named.value, NFC)) AS value,
                normalize(named.value, NFC) AS spelled
            FROM named
            WHERE (named.value LIKE '%@%' AND length(named.value) >= 6)
               OR (length(named.value) >= 8 AND named.value COLLATE c360.letters ~ '[^[:alpha:]]')
               OR length(named.value) >= 12
        )
        SELECT DISTINCT form.value
        FROM telling
        CROSS JOIN LATERAL (
            VALUES
                (telling.value),
                (btrim(to_jsonb(telling.value)::text, '"')),
                (replace(telling.value, '@', '%40')),
                (replace(telling.value, '+', '%2b')),
                (c360._text_in_ascii(telling.value, 'json')),
                (c360._text_in_ascii(telling.value, 'url')),
                -- A capital letter has a number of its own.
                (lower(c360._text_in_ascii(telling.spelled, 'json') COLLATE "C")),
                (lower(c360._text_in_ascii(telling.spelled, 'url') COLLATE "C")),
                -- As a pattern for blocked values writes it, in SQL and in JSON.
                (replace(telling.value, '.', '\.')),
                (replace(telling.value, '.', '\\.'))
        ) AS form (value)
        ORDER BY form.value
    );
END;
$$;

COMMENT ON FUNCTION c360._person_texts(text, bigint[], c360.identifier[]) IS
    'The identifiers of a person as they may stand in documents.';
