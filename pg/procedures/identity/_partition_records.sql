-- The protected partition of observations: hands their usable identifiers, most trusted first, to _protected_partition.
-- p_raw_profile_ids ascending; answers for each the lowest observation of its part. The result depends on the records
-- and the identifier types alone. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._partition_records(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_key              integer[];
    v_record           integer[];
    v_exclusive_record integer[];
    v_exclusive_type   integer[];
    v_exclusive_value  integer[];
    v_lowest           integer[];
BEGIN
    WITH held AS MATERIALIZED (
        SELECT
            member.position::integer AS record,
            kind.is_exclusive,
            identifier.identifier_type COLLATE "C" AS identifier_type,
            dense_rank() OVER (
                ORDER BY
                    kind.priority,
                    identifier.identifier_type COLLATE "C",
                    identifier.value COLLATE "C"
            )::integer AS key
        FROM unnest(p_raw_profile_ids) WITH ORDINALITY AS member (raw_profile_id, position)
        CROSS JOIN LATERAL (
            SELECT
                own.identifier_type,
                own.value
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = member.raw_profile_id
              AND own.is_usable
            OFFSET 0
        ) AS identifier
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(identifier.identifier_type, ':', 1)
    ),
    exclusive AS (
        SELECT
            held.record,
            dense_rank() OVER (ORDER BY held.identifier_type)::integer AS type,
            held.key AS value
        FROM held
        WHERE held.is_exclusive
    )
    SELECT
        (SELECT array_agg(held.key ORDER BY held.key, held.record) FROM held),
        (SELECT array_agg(held.record ORDER BY held.key, held.record) FROM held),
        (SELECT array_agg(exclusive.record ORDER BY exclusive.record, exclusive.value) FROM exclusive),
        (SELECT array_agg(exclusive.type ORDER BY exclusive.record, exclusive.value) FROM exclusive),
        (SELECT array_agg(exclusive.value ORDER BY exclusive.record, exclusive.value) FROM exclusive)
    INTO
        v_key,
        v_record,
        v_exclusive_record,
        v_exclusive_type,
        v_exclusive_value;

    v_lowest := c360._protected_partition(
        cardinality(p_raw_profile_ids),
        v_key,
        v_record,
        v_exclusive_record,
        v_exclusive_type,
        v_exclusive_value
    );

    RETURN ARRAY(
        SELECT p_raw_profile_ids[part.lowest]
        FROM unnest(v_lowest) WITH ORDINALITY AS part (lowest, position)
        ORDER BY part.position
    );
END;
$$;

COMMENT ON FUNCTION c360._partition_records(text, bigint[]) IS
    'The part of each observation when exclusive identifiers keep persons apart.';
