-- Identifiers of a person behind which several persons stood: their number is smaller without this one.
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
        SELECT DISTINCT (state.identifier_type, state.value)::c360.identifier
        FROM cdp_raw_identifiers AS own
        JOIN cdp_value_states AS state
            ON state.identifier_type = own.identifier_type
            AND state.value = own.value
        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
    );
END;
$$;

COMMENT ON FUNCTION c360._crowded_identifiers(bigint[]) IS
    'Identifiers of a person that several persons hold.';
