-- What these observations say about who they are (identifiers, name and day of birth), as a number for each: the same where the same is
-- said, from one on without gaps. A visitor with one cookie and a thousand page views is evidence once. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._evidence(p_raw_profile_ids bigint[])
    RETURNS TABLE (raw_profile_id bigint, evidence integer)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        wanted.id,
        dense_rank() OVER (
            ORDER BY
                said.given_name,
                said.family_name,
                said.birth_date,
                held.identifiers
        )::integer
    FROM unnest(p_raw_profile_ids) AS wanted (id)
    LEFT JOIN LATERAL (
        SELECT
            nullif(own.given_name, '') COLLATE "C" AS given_name,
            nullif(own.family_name, '') COLLATE "C" AS family_name,
            own.birth_date
        FROM cdp_standard_profiles AS own
        WHERE own.raw_profile_id = wanted.id
        OFFSET 0
    ) AS said ON true
    CROSS JOIN LATERAL (
        SELECT array_agg(
            ROW(own.identifier_type COLLATE "C", own.value COLLATE "C")::text COLLATE "C"
            ORDER BY own.identifier_type COLLATE "C", own.value COLLATE "C"
        ) AS identifiers
        FROM cdp_raw_identifiers AS own
        WHERE own.raw_profile_id = wanted.id
          AND own.is_usable
        OFFSET 0
    ) AS held;
END;
$$;

COMMENT ON FUNCTION c360._evidence(bigint[]) IS
    'What each of these observations says about who it is, as a number that is the same for the same.';
