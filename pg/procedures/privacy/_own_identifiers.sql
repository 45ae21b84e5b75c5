-- The usable identifiers of linked observations that no other linked observation holds: those that mean this person alone.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._own_identifiers(p_raw_profile_ids bigint[])
    RETURNS c360.identifier[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT (held.identifier_type, held.value)::c360.identifier
        FROM (
            SELECT DISTINCT
                own.identifier_type,
                own.value
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
              -- Of what is blocked for everybody only an address can mean one person.
              AND (own.is_usable OR own.value LIKE '%@%')
        ) AS held
        WHERE NOT EXISTS (
            SELECT
            FROM cdp_raw_identifiers AS other
            WHERE other.identifier_type = held.identifier_type
              AND other.value = held.value
              AND other.raw_profile_id <> ALL (p_raw_profile_ids)
        )
        ORDER BY
            held.identifier_type,
            held.value
    );
END;
$$;

COMMENT ON FUNCTION c360._own_identifiers(bigint[]) IS
    'Identifiers that only these observations hold.';
