-- The identifiers of a golden record, most trusted type first; masked ones hidden. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._profile_identifiers(
    p_tenant            text,
    p_master_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_masked text[] := c360._masked_identifier_types(p_tenant);
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'type', held.identifier_type,
                    'value', CASE
                        WHEN split_part(held.identifier_type, ':', 1) = ANY (v_masked) THEN c360._masked_value(to_jsonb(held.value))
                        ELSE to_jsonb(held.value)
                    END,
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
        FROM (
            SELECT
                own.identifier_type,
                own.value,
                bool_or(own.is_usable) AS is_usable,
                count(*) AS raw_count,
                min(least(raw.observed_at, seen.first_at)) AS first_seen_at,
                max(greatest(raw.observed_at, seen.last_at)) AS last_seen_at
            FROM cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT identifier.*
                FROM cdp_raw_identifiers AS identifier
                WHERE identifier.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS own
            CROSS JOIN LATERAL (
                SELECT observation.observed_at
                FROM cdp_raw_profiles AS observation
                WHERE observation.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            CROSS JOIN LATERAL (
                SELECT
                    min(activity.first_at) AS first_at,
                    max(activity.last_at) AS last_at
                FROM cdp_activity AS activity
                WHERE activity.raw_profile_id = link.raw_profile_id
            ) AS seen
            WHERE link.master_profile_id = p_master_profile_id
            GROUP BY
                own.identifier_type,
                own.value
        ) AS held
        LEFT JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
    );
END;
$$;

COMMENT ON FUNCTION c360._profile_identifiers(text, uuid) IS
    'Identifiers of a golden record as a JSON list.';
