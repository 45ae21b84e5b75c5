-- An identifier of an observation in the spelling it was sent in; NULL when it is not there. Not masked.
-- Trusts the search_path. Raises: U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._sent_identifier(
    p_tenant          text,
    p_raw_profile_id  bigint,
    p_identifier_type text,
    p_value           text
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT leaf.value #>> '{}'
        FROM cdp_raw_profiles AS raw
        CROSS JOIN LATERAL jsonb_path_query(
            jsonb_build_array(raw.identifiers, raw.traits),
            'strict $.** ? (@.type() == "string" || @.type() == "number")'
        ) AS leaf (value)
        WHERE raw.raw_profile_id = p_raw_profile_id
          AND c360._normalised_identifier(p_tenant, p_identifier_type, leaf.value #>> '{}') = p_value
        ORDER BY leaf.value #>> '{}'
        LIMIT 1
    );
END;
$$;

COMMENT ON FUNCTION c360._sent_identifier(text, bigint, text, text) IS
    'An identifier of an observation as it was sent.';
