-- Which identifier values several observations hold, and the voices of their holders, as many as are needed to see that there
-- are more of them than persons may stand behind a value. p_types and p_values say each value once, in the order of the index:
-- looking up one after the other then finds the pages at hand. p_may_share gives half of thousands to another process, if
-- PostgreSQL has one to spare. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._value_holders(
    p_tenant    text,
    p_types     text[],
    p_values    text[],
    p_may_share boolean
)
    RETURNS TABLE (identifier_type text, value text, is_strong boolean, person_limit integer, voices bigint[])
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_half integer := cardinality(p_types) / 2;
BEGIN
    IF p_may_share AND v_half >= 5000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM c360._value_holders(p_tenant, p_types[:v_half], p_values[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM c360._value_holders(p_tenant, p_types[v_half + 1:], p_values[v_half + 1:], false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        held.identifier_type,
        held.value,
        c360._is_strong_value(kind.is_strong, kind.normaliser, held.value),
        kind.person_limit,
        holders.voices
    FROM unnest(p_types, p_values) AS held (identifier_type, value)
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT holder.voice
            FROM cdp_raw_identifiers AS holder
            WHERE holder.identifier_type = held.identifier_type
              AND holder.value = held.value
            LIMIT kind.person_limit + 1
        ) AS voices
        OFFSET 0
    ) AS holders
    WHERE cardinality(holders.voices) > 1;
END;
$$;

COMMENT ON FUNCTION c360._value_holders(text, text[], text[], boolean) IS
    'Identifier values that several observations hold, with the voices of the holders.';
