-- Brings cdp_value_states up to date for usable identifier values of new observations, each given as often as it is held:
-- which values stand for several persons and which are shared by too many. Answers the components in which that changes
-- something: they are to be partitioned anew; and the values that several observations hold, with how many do, counted up to
-- one more than the persons a value may have. Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._note_values(
    p_tenant text,
    p_types  text[],
    p_values text[]
)
    RETURNS TABLE (components bigint[], types text[], texts text[], holders integer[])
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_types  text[];
    v_values text[];
BEGIN
    SELECT
        array_agg(held.identifier_type),
        array_agg(held.value)
    INTO
        v_types,
        v_values
    FROM (
        SELECT DISTINCT
            sent.identifier_type COLLATE "C" AS identifier_type,
            sent.value COLLATE "C" AS value
        FROM unnest(p_types, p_values) AS sent (identifier_type, value)
        ORDER BY
            identifier_type,
            value
    ) AS held;

    WITH several AS MATERIALIZED (
        SELECT
            found.identifier_type COLLATE "C" AS identifier_type,
            found.value COLLATE "C" AS value,
            found.is_strong,
            found.person_limit,
            found.voices
        FROM c360._value_holders(p_tenant, v_types, v_values, true) AS found
    ),
    -- A strong value becomes interesting when more hold it than persons may; a weak one when two do.
    crowd AS (
        SELECT several.*
        FROM several
        WHERE NOT several.is_strong
           OR cardinality(several.voices) > several.person_limit
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
        (SELECT array_agg(judged.identifier_type) FROM judged WHERE judged.state <> judged.before),
        (SELECT array_agg(judged.value) FROM judged WHERE judged.state <> judged.before),
        array_agg(several.identifier_type),
        array_agg(several.value),
        array_agg(cardinality(several.voices))
    INTO
        v_types,
        v_values,
        types,
        texts,
        holders
    FROM several;

    components := ARRAY(
        SELECT DISTINCT link.component_id
        FROM unnest(v_types, v_values) AS changed (identifier_type, value)
        JOIN cdp_raw_identifiers AS holder
            ON holder.identifier_type = changed.identifier_type
            AND holder.value = changed.value
        JOIN cdp_profile_links AS link ON link.raw_profile_id = holder.raw_profile_id
    );
    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._note_values(text, text[], text[]) IS
    'Keeps how many persons stand behind identifier values; answers the components that changes, and the values several hold.';
