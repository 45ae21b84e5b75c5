-- The masked values of observations as texts, longest first: identifiers of masked types as sent and as compared, masked
-- attributes as sent and in standard form. What is shorter than three characters would hide half of every sentence and is
-- left out. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_words(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_types text[] := c360._masked_identifier_types(p_tenant);
BEGIN
    RETURN ARRAY(
        SELECT said.word
        FROM (
            SELECT own.value AS word
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
              AND split_part(own.identifier_type, ':', 1) = ANY (v_types)
            UNION
            SELECT leaf.value #>> '{}'
            FROM (
                SELECT sent.value
                FROM cdp_raw_profiles AS raw
                CROSS JOIN LATERAL jsonb_each(raw.identifiers) AS sent (identifier_type, value)
                WHERE raw.raw_profile_id = ANY (p_raw_profile_ids)
                  AND split_part(sent.identifier_type, ':', 1) = ANY (v_types)
                UNION ALL
                SELECT understood_traits(raw.traits) #> string_to_array(path.name, '.')
                FROM cdp_raw_profiles AS raw
                CROSS JOIN c360._masked_attributes(p_tenant) AS hidden
                CROSS JOIN LATERAL unnest(hidden.trait_paths) AS path (name)
                WHERE raw.raw_profile_id = ANY (p_raw_profile_ids)
                UNION ALL
                SELECT standard.attributes -> hidden.attribute
                FROM cdp_standard_profiles AS standard
                CROSS JOIN c360._masked_attributes(p_tenant) AS hidden
                WHERE standard.raw_profile_id = ANY (p_raw_profile_ids)
            ) AS document
            CROSS JOIN LATERAL jsonb_path_query(document.value, 'strict $.** ? (@.type() == "string" || @.type() == "number")') AS leaf (value)
        ) AS said
        WHERE length(said.word) >= 3
        ORDER BY
            length(said.word) DESC,
            said.word COLLATE "C"
    );
END;
$$;

COMMENT ON FUNCTION c360._masked_words(text, bigint[]) IS
    'Masked values of observations as texts, longest first.';
