-- How many of these observations say something that no other of them says about who they are: identifiers, name and day of birth. A visitor
-- with one cookie and a thousand page views is evidence once. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._evidence_count(p_raw_profile_ids bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN (
        SELECT count(DISTINCT (said.given_name, said.family_name, said.birth_date, held.identifiers))
        FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
        LEFT JOIN LATERAL (
            SELECT
                own.given_name,
                own.family_name,
                own.birth_date
            FROM cdp_standard_profiles AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
            OFFSET 0
        ) AS said ON true
        CROSS JOIN LATERAL (
            SELECT array_agg(ROW(own.identifier_type, own.value)::text ORDER BY own.identifier_type COLLATE "C", own.value COLLATE "C") AS identifiers
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = wanted.raw_profile_id
              AND own.is_usable
            OFFSET 0
        ) AS held
    );
END;
$$;

COMMENT ON FUNCTION c360._evidence_count(bigint[]) IS
    'How many of these observations tell who they are in words of their own.';
