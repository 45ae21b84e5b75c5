-- The identifiers of one observation: as sent where they differ, and as compared; masked ones hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compared_identifiers(
    p_tenant         text,
    p_raw_profile_id bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_masked text[] := c360._masked_identifier_types(p_tenant);
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                c360._masked_evidence(
                    p_tenant,
                    jsonb_build_object('identifier_type', own.identifier_type, 'value', own.value)
                ) || jsonb_build_object('links', own.is_usable)
                || CASE
                    WHEN split_part(own.identifier_type, ':', 1) = ANY (v_masked) OR sent.value IS NULL OR sent.value = own.value THEN '{}'
                    ELSE jsonb_build_object('as_sent', sent.value)
                END
                ORDER BY
                    coalesce(kind.priority, 2147483647),
                    own.identifier_type COLLATE "C",
                    own.value COLLATE "C"
            ),
            '[]'
        )
        FROM cdp_raw_identifiers AS own
        JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
        LEFT JOIN cdp_standard_profiles AS said ON said.raw_profile_id = own.raw_profile_id
        LEFT JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(own.identifier_type, ':', 1)
        LEFT JOIN LATERAL (
            SELECT leaf.value #>> '{}' AS value
            FROM cdp_raw_profiles AS raw
            CROSS JOIN LATERAL jsonb_path_query(
                jsonb_build_array(raw.identifiers, raw.traits),
                'strict $.** ? (@.type() == "string" || @.type() == "number")'
            ) AS leaf (value)
            WHERE raw.raw_profile_id = own.raw_profile_id
              AND CASE kind.normaliser
                WHEN 'email'
                    THEN c360._mailbox(c360.normalise_email(leaf.value #>> '{}'), tenant.email_ignores_tags, tenant.email_ignores_dots)
                WHEN 'phone'
                    THEN c360._own_phone(leaf.value #>> '{}', said.attributes ->> 'country', tenant.default_country)
                WHEN 'document' THEN c360.normalise_document(leaf.value #>> '{}')
                ELSE c360.normalise_id(leaf.value #>> '{}')
              END = own.value
            ORDER BY leaf.value #>> '{}'
            LIMIT 1
        ) AS sent ON true
        WHERE own.raw_profile_id = p_raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._compared_identifiers(text, bigint) IS
    'Identifiers of an observation as sent and as compared.';
