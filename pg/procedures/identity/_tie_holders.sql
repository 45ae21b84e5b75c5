-- The identifiers of these observations that tie: usable, not shared by many persons. Of a weak identifier that several
-- persons share, person is the one that an observation names; those that name nobody are not tied by it. Two observations
-- are tied by an identifier when type, value and person are equal; by one of a type about which a scored rule decides only when
-- one of the two names nobody. Such types come after all rules. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tie_holders(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (
        raw_profile_id bigint, identifier_type text, value text, person bigint, priority integer,
        is_exclusive boolean, is_definitive boolean, is_strong boolean, profile_limit integer, is_decided boolean, names_person boolean
    )
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    ROWS 50000
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_decided text[] := c360._decided_types(p_tenant);
BEGIN
    RETURN QUERY
    SELECT
        own.raw_profile_id,
        own.identifier_type,
        own.value,
        CASE WHEN crowd.state = 'divided' AND NOT weighed.is_strong THEN own.voice >> 24 END,
        kind.priority + CASE WHEN weighed.is_decided THEN 1000000 ELSE 0 END,
        kind.is_exclusive,
        kind.is_definitive,
        weighed.is_strong,
        kind.profile_limit,
        weighed.is_decided,
        own.voice >= 1::bigint << 48
    FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
    CROSS JOIN LATERAL (
        SELECT held.*
        FROM cdp_raw_identifiers AS held
        WHERE held.raw_profile_id = wanted.raw_profile_id
          AND held.is_usable
        OFFSET 0
    ) AS own
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(own.identifier_type, ':', 1)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(kind.identifier_type = ANY (v_decided), false) AS is_decided,
            c360._is_strong_value(kind.is_strong, kind.normaliser, own.value) AS is_strong
    ) AS weighed
    LEFT JOIN LATERAL (
        SELECT known.state
        FROM cdp_value_states AS known
        WHERE known.identifier_type = own.identifier_type
          AND known.value = own.value
        OFFSET 0
    ) AS crowd ON true
    WHERE crowd.state IS NULL
       OR (crowd.state = 'divided' AND (weighed.is_strong OR (own.voice >= 1::bigint << 48 AND NOT weighed.is_decided)));
END;
$$;

COMMENT ON FUNCTION c360._tie_holders(text, bigint[]) IS
    'The identifiers by which observations are tied, as far as persons who share them allow.';
