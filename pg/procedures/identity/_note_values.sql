-- Brings cdp_value_states up to date for the identifiers of new observations: which values stand for several persons and
-- which are shared by too many. Answers the components in which that changes something: they are to be partitioned anew.
-- Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._note_values(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_types  text[];
    v_values text[];
BEGIN
    WITH held AS MATERIALIZED (
        SELECT DISTINCT
            own.identifier_type,
            own.value
        FROM unnest(p_raw_profile_ids) AS fresh (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                held.identifier_type,
                held.value
            FROM cdp_raw_identifiers AS held
            WHERE held.raw_profile_id = fresh.raw_profile_id
              AND held.is_usable
            OFFSET 0
        ) AS own
    ),
    -- A strong value becomes interesting when more hold it than persons may; a weak one when two do.
    crowd AS MATERIALIZED (
        SELECT
            held.identifier_type,
            held.value,
            kind.is_strong,
            kind.person_limit,
            holders.voices
        FROM held
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
        WHERE cardinality(holders.voices) > CASE WHEN kind.is_strong THEN kind.person_limit ELSE 1 END
    ),
    judged AS MATERIALIZED (
        SELECT
            crowd.identifier_type,
            crowd.value,
            coalesce(known.state, 'open') AS before,
            c360._judge_value(crowd.identifier_type, crowd.value, crowd.is_strong, crowd.person_limit, crowd.voices) AS state
        FROM crowd
        LEFT JOIN LATERAL (
            SELECT own.state
            FROM cdp_value_states AS own
            WHERE own.identifier_type = crowd.identifier_type
              AND own.value = crowd.value
            OFFSET 0
        ) AS known ON true
        WHERE known.state IS DISTINCT FROM 'shared'
    ),
    opened AS (
        DELETE FROM cdp_value_states AS known
        USING judged
        WHERE known.identifier_type = judged.identifier_type
          AND known.value = judged.value
          AND judged.state = 'open'
          AND judged.before <> 'open'
    ),
    closed AS (
        INSERT INTO cdp_value_states AS known (identifier_type, value, state)
        SELECT
            judged.identifier_type,
            judged.value,
            judged.state
        FROM judged
        WHERE judged.state <> judged.before
          AND judged.state <> 'open'
        ON CONFLICT (identifier_type, value) DO UPDATE
        SET state = excluded.state
    )
    SELECT
        array_agg(judged.identifier_type),
        array_agg(judged.value)
    INTO
        v_types,
        v_values
    FROM judged
    WHERE judged.state <> judged.before;

    RETURN ARRAY(
        SELECT DISTINCT link.component_id
        FROM unnest(v_types, v_values) AS changed (identifier_type, value)
        JOIN cdp_raw_identifiers AS holder
            ON holder.identifier_type = changed.identifier_type
            AND holder.value = changed.value
        JOIN cdp_profile_links AS link ON link.raw_profile_id = holder.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._note_values(text, bigint[]) IS
    'Keeps how many persons stand behind identifier values, and answers the components it changes.';
