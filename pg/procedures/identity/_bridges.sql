-- What bridged golden records that become one: the new observation that holds an identifier of the absorbed record and,
-- where it touches the survivor itself, one of the survivor; the most trusted of each. Several new observations may form
-- the bridge together: then the one next to the absorbed record is named, and its own side alone.
-- Call while both records still have their rows in cdp_identifiers. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._bridges(
    p_tenant          text,
    p_absorbed        uuid[],
    p_survivor        uuid[],
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (absorbed uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        gone.absorbed,
        coalesce('exact:' || theirs.identifier_type, 'bridged'),
        jsonb_strip_nulls(jsonb_build_object(
            'identifier_type', theirs.identifier_type,
            'value', theirs.value,
            'with_raw_profile_id', theirs.raw_profile_id,
            'survivor_identifier_type', ours.identifier_type,
            'survivor_value', ours.value
        ))
    FROM unnest(p_absorbed, p_survivor) AS gone (absorbed, survivor)
    LEFT JOIN LATERAL (
        SELECT
            held.identifier_type,
            held.value,
            fresh.raw_profile_id
        FROM cdp_identifiers AS held
        JOIN cdp_raw_identifiers AS fresh
            ON fresh.identifier_type = held.identifier_type
            AND fresh.value = held.value
            AND fresh.raw_profile_id = ANY (p_raw_profile_ids)
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
        WHERE held.master_profile_id = gone.absorbed
          AND held.is_usable
        ORDER BY
            kind.priority,
            held.identifier_type COLLATE "C",
            held.value COLLATE "C",
            fresh.raw_profile_id
        LIMIT 1
    ) AS theirs ON true
    LEFT JOIN LATERAL (
        SELECT
            held.identifier_type,
            held.value
        FROM cdp_raw_identifiers AS fresh
        JOIN cdp_identifiers AS held
            ON held.identifier_type = fresh.identifier_type
            AND held.value = fresh.value
            AND held.master_profile_id = gone.survivor
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
        WHERE fresh.raw_profile_id = theirs.raw_profile_id
          AND held.is_usable
        ORDER BY
            kind.priority,
            held.identifier_type COLLATE "C",
            held.value COLLATE "C"
        LIMIT 1
    ) AS ours ON true;
END;
$$;

COMMENT ON FUNCTION c360._bridges(text, uuid[], uuid[], bigint[]) IS
    'The observation and the identifiers that made golden records one, for each absorbed one.';
