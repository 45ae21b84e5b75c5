-- The identifiers of a golden record, most trusted type first; masked ones hidden. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._profile_identifiers(
    p_tenant            text,
    p_master_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'type', held.identifier_type,
                    'value', CASE WHEN kind.is_masked THEN c360._masked_value(to_jsonb(held.value)) ELSE to_jsonb(held.value) END,
                    'links', held.is_usable,
                    'observations', held.raw_count,
                    'first_seen_at', held.first_seen_at,
                    'last_seen_at', held.last_seen_at
                )
                ORDER BY
                    coalesce(kind.priority, 2147483647),
                    held.identifier_type COLLATE "C",
                    held.value COLLATE "C"
            ),
            '[]'
        )
        FROM cdp_identifiers AS held
        LEFT JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
        WHERE held.master_profile_id = p_master_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._profile_identifiers(text, uuid) IS
    'Identifiers of a golden record as a JSON list.';
