-- With whom loose observations may be one person because of aliases, for components: all that say an alias of a user id and all
-- that hold it, whether the alias counts (_alias_ties) or not, so that every component shows all there is to judge by. One
-- observation speaks for a known component, see _ties(). Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._alias_partners(
    p_loose     bigint[],
    p_dissolved bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, with_raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    -- Most tenants have none.
    IF NOT EXISTS (SELECT FROM cdp_raw_identifiers AS known WHERE known.identifier_type = 'previous_id') THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT own.value
        FROM unnest(p_loose) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT every.*
            FROM cdp_raw_identifiers AS every
            WHERE every.raw_profile_id = wanted.id
            OFFSET 0
        ) AS own
        WHERE own.identifier_type IN ('previous_id', 'user_id')
          AND EXISTS (
              SELECT
              FROM cdp_raw_identifiers AS said
              WHERE said.identifier_type = 'previous_id'
                AND said.value = own.value
                AND NOT said.is_usable
          )
          AND EXISTS (
              SELECT
              FROM cdp_raw_identifiers AS holder
              WHERE holder.identifier_type = 'user_id'
                AND holder.value = own.value
                AND holder.is_usable
          )
    ),
    member AS MATERIALIZED (
        SELECT
            touched.value,
            other.raw_profile_id,
            loose.id IS NOT NULL AS is_loose,
            link.component_id
        FROM touched
        CROSS JOIN LATERAL (
            SELECT every.raw_profile_id
            FROM cdp_raw_identifiers AS every
            WHERE every.identifier_type IN ('previous_id', 'user_id')
              AND every.value = touched.value
              AND every.is_usable = (every.identifier_type = 'user_id')
            OFFSET 0
        ) AS other
        LEFT JOIN unnest(p_loose) AS loose (id) ON loose.id = other.raw_profile_id
        LEFT JOIN LATERAL (
            SELECT known.component_id
            FROM cdp_profile_links AS known
            WHERE known.raw_profile_id = other.raw_profile_id
              AND NOT known.component_id = ANY (p_dissolved)
            OFFSET 0
        ) AS link ON true
        WHERE loose.id IS NOT NULL
           OR link.component_id IS NOT NULL
    ),
    speaker AS (
        SELECT
            member.value,
            min(member.raw_profile_id) AS id
        FROM member
        WHERE member.is_loose
        GROUP BY member.value
    )
    SELECT
        speaker.id,
        min(member.raw_profile_id)
    FROM member
    JOIN speaker USING (value)
    WHERE member.raw_profile_id <> speaker.id
    GROUP BY
        speaker.id,
        coalesce(member.component_id, -member.raw_profile_id);
END;
$$;

COMMENT ON FUNCTION c360._alias_partners(bigint[], bigint[]) IS
    'Observations that aliases tie loose ones to, one for each known component.';
