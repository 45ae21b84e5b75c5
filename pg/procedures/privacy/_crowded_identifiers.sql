-- Identifiers of a person that others hold too. Without the person another number stands behind them, and they may be judged
-- otherwise: also one that tied everybody, because an observation of the person held the others together.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._crowded_identifiers(p_raw_profile_ids bigint[])
    RETURNS c360.identifier[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT (own.identifier_type, own.value)::c360.identifier
        FROM cdp_raw_identifiers AS own
        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
          AND EXISTS (
              SELECT
              FROM cdp_raw_identifiers AS other
              WHERE other.identifier_type = own.identifier_type
                AND other.value = own.value
                AND other.raw_profile_id <> ALL (p_raw_profile_ids)
          )
    );
END;
$$;

COMMENT ON FUNCTION c360._crowded_identifiers(bigint[]) IS
    'Identifiers of a person that others hold too.';
