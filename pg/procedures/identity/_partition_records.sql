-- The protected partition of observations: hands their ties, most trusted first, to _protected_partition: what people
-- decided, then identifiers and pairs of match rules by priority. Answers for each of p_raw_profile_ids (ascending) the
-- lowest observation of its part, and the ties that were refused between different parts. The result depends on the
-- records, the metadata and the overrides alone: where ids would decide, the content of the observations does.
-- Each of its many steps would take all the memory a resolver has, and two processes may do this at once: so it has little.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._partition_records(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (
        parts bigint[], refused_one bigint[], refused_other bigint[], refused_rule text[], refused_value text[],
        refused_score real[], obstacle text[]
    )
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET work_mem = '8MB'
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_raw        bigint[];
    v_key        integer[];
    v_record     integer[];
    v_key_level  integer[];
    v_key_rule   text[];
    v_key_value  text[];
    v_key_score  real[];
    v_held_by    integer[];
    v_held       integer[];
    v_type       integer[];
    v_day        date[];
    v_type_name  text[];
    v_limit      integer[];
    v_type_level integer[];
    v_near_from  integer[];
    v_near       integer[];
    v_near_bits  integer[];
    v_first      integer := (
        SELECT min(known.priority) FROM c360.identifier_types AS known WHERE known.tenant = p_tenant AND known.is_exclusive
    );
    v_given      text[];
    v_family     text[];
    v_evidence   integer[];
    v_largest    integer := (SELECT known.max_cluster_size FROM c360.tenants AS known WHERE known.tenant = p_tenant);
BEGIN
    WITH member AS MATERIALIZED (
        SELECT
            listed.raw_profile_id,
            said.birth_date,
            said.given_name,
            said.family_name,
            said.is_person,
            row_number() OVER (ORDER BY raw.content_hash)::integer AS record
        FROM unnest(p_raw_profile_ids) AS listed (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT own.content_hash
            FROM cdp_raw_profiles AS own
            WHERE own.raw_profile_id = listed.raw_profile_id
            OFFSET 0
        ) AS raw
        LEFT JOIN LATERAL (
            SELECT
                own.birth_date,
                nullif(own.given_name, '') COLLATE "C" AS given_name,
                nullif(own.family_name, '') COLLATE "C" AS family_name,
                c360._person_code(own.given_name, own.family_name, own.birth_date) > 0 AS is_person
            FROM cdp_standard_profiles AS own
            WHERE own.raw_profile_id = listed.raw_profile_id
            OFFSET 0
        ) AS said ON true
    ),
    -- What was seen again is no further evidence: a visitor with one cookie and a thousand page views counts once. Few are so many
    -- that it matters.
    counted AS MATERIALIZED (
        SELECT
            member.record,
            told.evidence
        FROM c360._evidence(CASE WHEN cardinality(p_raw_profile_ids) > v_largest THEN p_raw_profile_ids ELSE '{}' END) AS told
        JOIN member ON member.raw_profile_id = told.raw_profile_id
    ),
    override AS MATERIALIZED (
        SELECT
            member.record,
            decided.link_override_id,
            decided.kind,
            decided.side
        FROM c360._override_ties(p_raw_profile_ids) AS decided
        JOIN member ON member.raw_profile_id = decided.raw_profile_id
    ),
    held AS MATERIALIZED (
        SELECT
            member.record,
            holder.priority,
            holder.is_exclusive,
            holder.is_definitive,
            holder.is_strong,
            holder.profile_limit,
            holder.identifier_type COLLATE "C" AS identifier_type,
            holder.value COLLATE "C" AS value,
            holder.person,
            holder.is_decided,
            holder.names_person
        FROM c360._tie_holders(p_tenant, p_raw_profile_ids) AS holder
        JOIN member ON member.raw_profile_id = holder.raw_profile_id
    ),
    -- Each value once, with a number: numbers are compared and sorted where texts would take several times as long. Those of
    -- types that have a limit come first; of one type they are in the order of their values.
    value AS MATERIALIZED (
        SELECT
            held.identifier_type,
            held.value,
            held.priority,
            held.is_exclusive,
            held.is_exclusive OR held.is_strong AS is_limited,
            held.is_exclusive AND held.priority > v_first AND NOT held.is_decided AS is_yielding,
            held.profile_limit,
            CASE
                WHEN held.is_decided THEN 6
                WHEN held.is_definitive OR (held.is_exclusive AND held.priority = v_first) THEN 7
                WHEN held.is_exclusive THEN 1
                -- A scope names the system whose account it is: crm_id:salesforce.
                WHEN held.is_strong AND strpos(held.identifier_type, ':') > 0 THEN 9
                WHEN held.is_strong THEN 2
                ELSE 4
            END AS level,
            -- What a scored rule decides about ties only where somebody is nameless.
            count(*) > 1 AND NOT (held.is_decided AND bool_and(held.names_person)) AS is_tying,
            row_number() OVER (
                ORDER BY
                    NOT (held.is_exclusive OR held.is_strong),
                    held.identifier_type,
                    held.value
            )::integer AS number
        FROM held
        GROUP BY
            held.identifier_type,
            held.value,
            held.priority,
            held.is_exclusive,
            held.is_definitive,
            held.is_strong,
            held.profile_limit,
            held.is_decided
    ),
    numbered AS MATERIALIZED (
        SELECT
            held.record,
            held.person,
            value.number,
            value.is_tying,
            value.is_limited
        FROM held
        JOIN value USING (identifier_type, value)
    ),
    -- What says about itself that it is two persons is tied by nothing but what people decide. Two documents are no two persons.
    odd AS MATERIALIZED (
        SELECT DISTINCT held.record
        FROM held
        WHERE held.is_exclusive
          AND (held.priority = v_first OR held.is_decided)
        GROUP BY
            held.record,
            held.identifier_type
        HAVING count(*) > 1
    ),
    alias AS MATERIALIZED (
        SELECT
            told.previous_id,
            told.user_id,
            array_agg(DISTINCT member.record ORDER BY member.record) AS records
        FROM c360._alias_ties(p_raw_profile_ids) AS told
        JOIN member ON member.raw_profile_id = told.raw_profile_id
        WHERE told.is_held
          AND member.record NOT IN (SELECT odd.record FROM odd)
        GROUP BY
            told.previous_id,
            told.user_id
        HAVING count(DISTINCT member.record) > 1
    ),
    pair AS MATERIALIZED (
        SELECT
            tie.priority,
            tie.rule COLLATE "C" AS rule,
            tie.score,
            tie.is_match,
            tie.bits,
            least(one.record, other.record) AS first_record,
            greatest(one.record, other.record) AS second_record
        FROM c360._pairs_among(p_tenant, p_raw_profile_ids) AS tie
        JOIN member AS one ON one.raw_profile_id = tie.low_raw_profile_id
        JOIN member AS other ON other.raw_profile_id = tie.high_raw_profile_id
    ),
    near AS MATERIALIZED (
        SELECT
            side.record,
            side.other,
            pair.bits
        FROM pair
        CROSS JOIN LATERAL (
            VALUES (pair.first_record, pair.second_record), (pair.second_record, pair.first_record)
        ) AS side (record, other)
        WHERE pair.bits IS NOT NULL
    ),
    -- Rules in the order of their names: sorting so many ties by number is cheaper than by text.
    ranked AS MATERIALIZED (
        SELECT
            listed.rule,
            row_number() OVER (ORDER BY listed.rule) AS rank
        FROM (
            SELECT ('exact:' || value.identifier_type) COLLATE "C" AS rule FROM value
            UNION
            SELECT pair.rule FROM pair
        ) AS listed
    ),
    tie AS MATERIALIZED (
        SELECT
            every.level,
            every.rule,
            every.score,
            every.value,
            every.records,
            row_number() OVER (
                ORDER BY
                    every.level > 0,
                    every.override,
                    every.priority,
                    every.level = 8,
                    ranked.rank,
                    every.score DESC,
                    every.number,
                    every.person,
                    every.first_record,
                    every.second_record
            )::integer AS key
        FROM (
            SELECT
                0 AS level,
                override.link_override_id AS override,
                0 AS priority,
                '' COLLATE "C" AS rule,
                1::real AS score,
                '' COLLATE "C" AS value,
                0 AS number,
                0::bigint AS person,
                0 AS first_record,
                0 AS second_record,
                array_agg(override.record ORDER BY override.record) AS records
            FROM override
            WHERE override.kind = 'must_link'
            GROUP BY override.link_override_id
            UNION ALL
            SELECT
                value.level, 0, value.priority, 'exact:' || value.identifier_type, 1, value.value, value.number, holders.person, 0, 0,
                holders.records
            FROM (
                SELECT
                    numbered.number,
                    coalesce(numbered.person, 0) AS person,
                    array_agg(numbered.record ORDER BY numbered.record) AS records
                FROM numbered
                WHERE numbered.is_tying
                  AND numbered.record NOT IN (SELECT odd.record FROM odd)
                GROUP BY
                    numbered.number,
                    numbered.person
                HAVING count(*) > 1
            ) AS holders
            JOIN value ON value.number = holders.number
            UNION ALL
            -- After the user ids themselves, so that an alias is weighed with all that they say.
            SELECT
                8, 0, kind.priority, 'alias', 1, alias.previous_id, dense_rank() OVER (ORDER BY alias.previous_id, alias.user_id)::integer, 0, 0, 0,
                alias.records
            FROM alias
            JOIN c360.identifier_types AS kind
                ON kind.tenant = p_tenant
                AND kind.identifier_type = 'user_id'
            UNION ALL
            SELECT
                CASE WHEN pair.bits IS NULL THEN 3 ELSE 5 END, 0, pair.priority, pair.rule, pair.score, '', 0, 0, pair.first_record, pair.second_record,
                ARRAY[pair.first_record, pair.second_record]
            FROM pair
            WHERE pair.is_match
              AND pair.first_record NOT IN (SELECT odd.record FROM odd)
              AND pair.second_record NOT IN (SELECT odd.record FROM odd)
        ) AS every
        LEFT JOIN ranked ON ranked.rule = every.rule
    ),
    forbidden AS MATERIALIZED (
        SELECT
            override.record,
            override.link_override_id,
            dense_rank() OVER (ORDER BY override.link_override_id, override.side)::integer AS number
        FROM override
        WHERE override.kind = 'cannot_link'
    ),
    born AS MATERIALIZED (
        SELECT
            listed.birth_date,
            row_number() OVER (ORDER BY listed.birth_date)::integer AS number
        FROM (SELECT DISTINCT member.birth_date FROM member WHERE member.birth_date IS NOT NULL) AS listed
    ),
    naming AS MATERIALIZED (
        SELECT
            member.*,
            dense_rank() OVER (
                ORDER BY
                    member.given_name,
                    member.family_name,
                    member.birth_date
            )::integer AS number
        FROM member
        WHERE member.is_person
           OR coalesce(member.given_name, member.family_name) IS NOT NULL
    ),
    named AS MATERIALIZED (
        SELECT DISTINCT ON (naming.number) naming.*
        FROM naming
    ),
    -- Values that have a limit, days of birth, persons and prohibitions are numbered one after the other.
    many AS MATERIALIZED (
        SELECT
            (SELECT count(*) FROM value WHERE value.is_limited)::integer AS values,
            (SELECT count(*) FROM born)::integer AS days,
            (SELECT count(*) FROM named)::integer AS persons
    ),
    type AS MATERIALIZED (
        SELECT
            listed.level,
            listed.name,
            listed.most,
            row_number() OVER (ORDER BY listed.level, listed.name)::integer AS type
        FROM (
            SELECT DISTINCT
                CASE WHEN NOT value.is_exclusive THEN 2 WHEN value.is_yielding THEN 8 ELSE 1 END AS level,
                value.identifier_type AS name,
                value.profile_limit AS most
            FROM value
            WHERE value.is_limited
            UNION ALL
            SELECT 5, 'birth_date', NULL FROM many WHERE many.days > 0
            UNION ALL
            SELECT DISTINCT CASE WHEN named.is_person THEN 6 ELSE 7 END, 'name', NULL::integer FROM named
            UNION ALL
            SELECT DISTINCT 0, ('override:' || forbidden.link_override_id) COLLATE "C", 1 FROM forbidden
        ) AS listed
    ),
    number AS MATERIALIZED (
        SELECT
            value.number,
            type.type,
            NULL::date AS day,
            NULL::text AS given_name,
            NULL::text AS family_name
        FROM value
        JOIN type
            ON type.name = value.identifier_type
            AND type.level IN (1, 2, 8)
        WHERE value.is_limited
        UNION ALL
        SELECT
            many.values + born.number,
            type.type,
            born.birth_date,
            NULL,
            NULL
        FROM born
        CROSS JOIN many
        JOIN type ON type.level = 5
        UNION ALL
        SELECT
            many.values + many.days + named.number,
            type.type,
            named.birth_date,
            named.given_name,
            named.family_name
        FROM named
        CROSS JOIN many
        JOIN type ON type.level = CASE WHEN named.is_person THEN 6 ELSE 7 END
        UNION ALL
        SELECT DISTINCT
            many.values + many.days + many.persons + forbidden.number,
            type.type,
            NULL::date,
            NULL,
            NULL
        FROM forbidden
        CROSS JOIN many
        JOIN type
            ON type.name = 'override:' || forbidden.link_override_id
            AND type.level = 0
    ),
    statement AS MATERIALIZED (
        SELECT
            numbered.record,
            numbered.number
        FROM numbered
        WHERE numbered.is_limited
        UNION ALL
        SELECT
            member.record,
            many.values + born.number
        FROM member
        JOIN born USING (birth_date)
        CROSS JOIN many
        UNION ALL
        SELECT
            naming.record,
            many.values + many.days + naming.number
        FROM naming
        CROSS JOIN many
        UNION ALL
        SELECT
            forbidden.record,
            many.values + many.days + many.persons + forbidden.number
        FROM forbidden
        CROSS JOIN many
    )
    SELECT
        (SELECT array_agg(member.raw_profile_id ORDER BY member.record) FROM member),
        tied.keys,
        tied.records,
        tied.levels,
        told.rules,
        told.values,
        told.scores,
        said.records,
        said.numbers,
        (SELECT array_agg(number.type ORDER BY number.number) FROM number),
        (SELECT array_agg(number.day ORDER BY number.number) FROM number),
        (SELECT array_agg(number.given_name ORDER BY number.number) FROM number),
        (SELECT array_agg(number.family_name ORDER BY number.number) FROM number),
        (SELECT array_agg(counted.evidence ORDER BY counted.record) FROM counted),
        (SELECT array_agg(type.name ORDER BY type.type) FROM type),
        (SELECT array_agg(type.most ORDER BY type.type) FROM type),
        (SELECT array_agg(type.level ORDER BY type.type) FROM type),
        (SELECT array_agg(start.place ORDER BY start.record)
         FROM (
             SELECT
                 member.record,
                 (1 + coalesce(sum(coalesce(beside.others, 0)) OVER (
                     ORDER BY member.record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                 ), 0))::integer AS place
             FROM (SELECT member.record FROM member UNION ALL SELECT count(*)::integer + 1 FROM member) AS member
             LEFT JOIN (SELECT near.record, count(*) AS others FROM near GROUP BY near.record) AS beside ON beside.record = member.record
             WHERE EXISTS (SELECT FROM near)
         ) AS start),
        close.others,
        close.bits
    INTO
        v_raw,
        v_key,
        v_record,
        v_key_level,
        v_key_rule,
        v_key_value,
        v_key_score,
        v_held_by,
        v_held,
        v_type,
        v_day,
        v_given,
        v_family,
        v_evidence,
        v_type_name,
        v_limit,
        v_type_level,
        v_near_from,
        v_near,
        v_near_bits
    FROM (
        SELECT
            array_agg(holder.key) AS keys,
            array_agg(holder.record) AS records,
            array_agg(holder.level) AS levels
        FROM (
            SELECT
                tie.key,
                tie.level,
                side.record
            FROM tie
            CROSS JOIN LATERAL unnest(tie.records) AS side (record)
            ORDER BY
                tie.key,
                side.record
        ) AS holder
    ) AS tied
    CROSS JOIN (
        SELECT
            array_agg(tie.rule ORDER BY tie.key) AS rules,
            array_agg(tie.value ORDER BY tie.key) AS values,
            array_agg(tie.score ORDER BY tie.key) AS scores
        FROM tie
    ) AS told
    CROSS JOIN (
        SELECT
            array_agg(statement.record) AS records,
            array_agg(statement.number) AS numbers
        FROM statement
    ) AS said
    CROSS JOIN (
        SELECT
            array_agg(listed.other) AS others,
            array_agg(listed.bits) AS bits
        FROM (
            SELECT
                near.other,
                near.bits
            FROM near
            ORDER BY near.record
        ) AS listed
    ) AS close;

    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT divided.*
        FROM c360._protected_partition(
            cardinality(v_raw), v_key, v_record, v_key_level, v_held_by, v_held, v_type, v_day, v_limit, v_type_level,
            v_largest, v_near_from, v_near, v_near_bits, v_given, v_family, v_evidence
        ) AS divided
    ),
    part AS MATERIALIZED (
        SELECT
            v_raw[member.record] AS raw_profile_id,
            min(v_raw[member.record]) OVER (PARTITION BY member.lowest) AS part
        FROM found
        CROSS JOIN LATERAL unnest(found.lowest) WITH ORDINALITY AS member (lowest, record)
    ),
    refused AS MATERIALIZED (
        SELECT
            v_raw[tie.one] AS one,
            v_raw[tie.other] AS other,
            key.rule,
            nullif(key.value, '') AS value,
            key.score,
            CASE
                WHEN tie.obstacle = -2 THEN 'score'
                WHEN tie.obstacle = 0 THEN 'size'
                WHEN v_type_level[tie.obstacle] IN (1, 5, 6, 7, 8) THEN 'conflict:' || v_type_name[tie.obstacle]
                ELSE 'limit:' || v_type_name[tie.obstacle]
            END AS obstacle
        FROM found
        CROSS JOIN LATERAL unnest(found.refused_key, found.refused_one, found.refused_other, found.obstacle)
            AS tie (key, one, other, obstacle)
        -- An array of texts is walked from its beginning for each element; so these are joined.
        JOIN unnest(v_key_rule, v_key_value, v_key_score) WITH ORDINALITY AS key (rule, value, score, number) ON key.number = tie.key
        WHERE found.lowest[tie.one] <> found.lowest[tie.other]
          -- What people forbade is no question to people.
          AND (tie.obstacle <= 0 OR v_type_level[tie.obstacle] > 0)
        UNION ALL
        SELECT
            alias.one,
            alias.other,
            'alias',
            alias.previous_id,
            1,
            'limit:alias'
        FROM (
            SELECT
                told.previous_id,
                (array_agg(told.raw_profile_id ORDER BY member.record) FILTER (WHERE told.is_alias))[1] AS one,
                (array_agg(told.raw_profile_id ORDER BY member.record) FILTER (WHERE NOT told.is_alias))[1] AS other
            FROM c360._alias_ties(v_raw) AS told
            JOIN unnest(v_raw) WITH ORDINALITY AS member (raw_profile_id, record) ON member.raw_profile_id = told.raw_profile_id
            WHERE NOT told.is_held
            GROUP BY
                told.previous_id,
                told.user_id
        ) AS alias
        JOIN part AS own ON own.raw_profile_id = alias.one
        JOIN part AS beside ON beside.raw_profile_id = alias.other
        WHERE own.part <> beside.part
    )
    SELECT
        (SELECT array_agg(part.part ORDER BY part.raw_profile_id) FROM part),
        (SELECT array_agg(refused.one) FROM refused),
        (SELECT array_agg(refused.other) FROM refused),
        (SELECT array_agg(refused.rule) FROM refused),
        (SELECT array_agg(refused.value) FROM refused),
        (SELECT array_agg(refused.score) FROM refused),
        (SELECT array_agg(refused.obstacle) FROM refused);
END;
$$;

COMMENT ON FUNCTION c360._partition_records(text, bigint[]) IS
    'The part of each observation when contradictions and decisions of people keep persons apart, and the ties refused.';
