-- The protected partition of observations: hands their ties, most trusted first, to _protected_partition: what people
-- decided, then identifiers and pairs of match rules by priority. p_raw_profile_ids ascending; answers for each the lowest
-- observation of its part. The result depends on the records, the metadata and the overrides alone: where ids would
-- decide, the content of the observations does. Trusts the search_path. Raises nothing.

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
    v_forced           integer;
    v_exclusive_record integer[];
    v_exclusive_type   integer[];
    v_exclusive_value  integer[];
    v_decided          integer;
    v_values           integer;
    v_lowest           integer[];
BEGIN
    WITH member AS MATERIALIZED (
        SELECT
            listed.raw_profile_id,
            listed.position::integer AS record
        FROM unnest(p_raw_profile_ids) WITH ORDINALITY AS listed (raw_profile_id, position)
    ),
    override AS MATERIALIZED (
        SELECT
            member.record,
            decided.link_override_id,
            decided.kind,
            decided.side
        FROM c360._override_ties(p_raw_profile_ids) AS decided
        JOIN member USING (raw_profile_id)
    ),
    held AS MATERIALIZED (
        SELECT
            member.record,
            kind.priority,
            kind.is_exclusive,
            identifier.identifier_type COLLATE "C" AS identifier_type,
            identifier.value COLLATE "C" AS value
        FROM member
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
    pair AS MATERIALIZED (
        SELECT
            tie.priority,
            tie.rule COLLATE "C" AS rule,
            tie.score,
            ARRAY[low.record, high.record] AS records,
            least(low_content.content_hash, high_content.content_hash) AS first_content,
            greatest(low_content.content_hash, high_content.content_hash) AS second_content
        FROM c360._pair_ties(p_tenant, p_raw_profile_ids) AS tie
        JOIN member AS low ON low.raw_profile_id = tie.raw_profile_id
        JOIN member AS high ON high.raw_profile_id = tie.with_raw_profile_id
        CROSS JOIN LATERAL (
            SELECT raw.content_hash
            FROM cdp_raw_profiles AS raw
            WHERE raw.raw_profile_id = tie.raw_profile_id
            OFFSET 0
        ) AS low_content
        CROSS JOIN LATERAL (
            SELECT raw.content_hash
            FROM cdp_raw_profiles AS raw
            WHERE raw.raw_profile_id = tie.with_raw_profile_id
            OFFSET 0
        ) AS high_content
        WHERE tie.raw_profile_id < tie.with_raw_profile_id
    ),
    tie AS MATERIALIZED (
        SELECT
            every.record,
            every.is_forced,
            dense_rank() OVER (
                ORDER BY
                    NOT every.is_forced,
                    every.override,
                    every.priority,
                    every.name,
                    every.score DESC,
                    every.value,
                    every.first_content,
                    every.second_content
            )::integer AS key
        FROM (
            SELECT
                override.record,
                true AS is_forced,
                override.link_override_id AS override,
                0 AS priority,
                '' COLLATE "C" AS name,
                1::real AS score,
                '' COLLATE "C" AS value,
                ''::bytea AS first_content,
                ''::bytea AS second_content
            FROM override
            WHERE override.kind = 'must_link'
            UNION ALL
            SELECT held.record, false, 0, held.priority, 'exact:' || held.identifier_type, 1, held.value, '', ''
            FROM held
            UNION ALL
            SELECT
                joined.record, false, 0, pair.priority, pair.rule, pair.score, '', pair.first_content, pair.second_content
            FROM pair
            CROSS JOIN LATERAL unnest(pair.records) AS joined (record)
        ) AS every
    ),
    exclusive AS MATERIALIZED (
        SELECT
            every.record,
            every.is_decided,
            dense_rank() OVER (ORDER BY NOT every.is_decided, every.override, every.name)::integer AS type,
            dense_rank() OVER (ORDER BY NOT every.is_decided, every.override, every.name, every.value)::integer AS value
        FROM (
            SELECT
                override.record,
                true AS is_decided,
                override.link_override_id AS override,
                '' COLLATE "C" AS name,
                override.side::text COLLATE "C" AS value
            FROM override
            WHERE override.kind = 'cannot_link'
            UNION ALL
            SELECT held.record, false, 0, held.identifier_type, held.value
            FROM held
            WHERE held.is_exclusive
        ) AS every
    )
    SELECT
        (SELECT array_agg(tie.key ORDER BY tie.key, tie.record) FROM tie),
        (SELECT array_agg(tie.record ORDER BY tie.key, tie.record) FROM tie),
        (SELECT coalesce(max(tie.key), 0) FROM tie WHERE tie.is_forced),
        (SELECT array_agg(exclusive.record ORDER BY exclusive.record, exclusive.value) FROM exclusive),
        (SELECT array_agg(exclusive.type ORDER BY exclusive.record, exclusive.value) FROM exclusive),
        (SELECT array_agg(exclusive.value ORDER BY exclusive.record, exclusive.value) FROM exclusive),
        (SELECT coalesce(max(exclusive.type), 0) FROM exclusive WHERE exclusive.is_decided),
        (SELECT coalesce(max(exclusive.value), 0) FROM exclusive)
    INTO
        v_key,
        v_record,
        v_forced,
        v_exclusive_record,
        v_exclusive_type,
        v_exclusive_value,
        v_decided,
        v_values;

    v_lowest := c360._protected_partition(
        cardinality(p_raw_profile_ids),
        v_key,
        v_record,
        v_forced,
        v_exclusive_record,
        v_exclusive_type,
        v_exclusive_value,
        v_decided,
        v_values
    );

    RETURN ARRAY(
        SELECT p_raw_profile_ids[part.lowest]
        FROM unnest(v_lowest) WITH ORDINALITY AS part (lowest, position)
        ORDER BY part.position
    );
END;
$$;

COMMENT ON FUNCTION c360._partition_records(text, bigint[]) IS
    'The part of each observation when exclusive identifiers and decisions of people keep persons apart.';
