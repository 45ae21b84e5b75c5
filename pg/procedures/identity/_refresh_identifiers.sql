-- Brings cdp_identifiers in line with the linked observations of these golden records. Safe to repeat: rows that are
-- right stay untouched. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._refresh_identifiers(p_master_profile_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    WITH held AS MATERIALIZED (
        SELECT
            wanted.master_profile_id,
            identifier.identifier_type,
            identifier.value,
            bool_or(identifier.is_usable) AS is_usable,
            count(*)::integer AS raw_count,
            min(observed.first_at) AS first_seen_at,
            max(observed.last_at) AS last_seen_at
        FROM (SELECT DISTINCT id FROM unnest(p_master_profile_ids) AS id) AS wanted (master_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                raw.raw_profile_id,
                least(raw.observed_at, seen.first_at) AS first_at,
                greatest(raw.observed_at, seen.last_at) AS last_at
            FROM cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT own.*
                FROM cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            CROSS JOIN LATERAL (
                SELECT
                    min(activity.first_at) AS first_at,
                    max(activity.last_at) AS last_at
                FROM cdp_activity AS activity
                WHERE activity.raw_profile_id = link.raw_profile_id
            ) AS seen
            WHERE link.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS observed
        CROSS JOIN LATERAL (
            SELECT
                own.identifier_type,
                own.value,
                own.is_usable
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = observed.raw_profile_id
            OFFSET 0
        ) AS identifier
        GROUP BY
            wanted.master_profile_id,
            identifier.identifier_type,
            identifier.value
    ),
    known AS MATERIALIZED (
        SELECT
            wanted.master_profile_id,
            identifier.identifier_type,
            identifier.value,
            identifier.is_usable,
            identifier.raw_count,
            identifier.first_seen_at,
            identifier.last_seen_at
        FROM (SELECT DISTINCT id FROM unnest(p_master_profile_ids) AS id) AS wanted (master_profile_id)
        CROSS JOIN LATERAL (
            SELECT own.*
            FROM cdp_identifiers AS own
            WHERE own.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS identifier
    ),
    gone AS (
        DELETE FROM cdp_identifiers AS identifier
        USING (
            SELECT
                known.identifier_type,
                known.value,
                known.master_profile_id
            FROM known
            EXCEPT
            SELECT
                held.identifier_type,
                held.value,
                held.master_profile_id
            FROM held
        ) AS stale
        WHERE identifier.identifier_type = stale.identifier_type
          AND identifier.value = stale.value
          AND identifier.master_profile_id = stale.master_profile_id
    )
    -- Only what is news: a conflict locks its row, even if nothing is to be changed.
    INSERT INTO cdp_identifiers AS known (
        master_profile_id, identifier_type, value, is_usable, raw_count, first_seen_at, last_seen_at
    )
    SELECT * FROM held
    EXCEPT
    SELECT * FROM known
    ON CONFLICT (identifier_type, value, master_profile_id) DO UPDATE
    SET is_usable = excluded.is_usable,
        raw_count = excluded.raw_count,
        first_seen_at = excluded.first_seen_at,
        last_seen_at = excluded.last_seen_at;
END;
$$;

COMMENT ON FUNCTION c360._refresh_identifiers(uuid[]) IS
    'Recomputes the identifiers of golden records from their linked observations.';
