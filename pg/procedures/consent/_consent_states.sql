-- What holds for golden records and purposes: what they said, else the default of the purpose. p_purpose NULL: every declared purpose, and
-- those they said something to. Ids that were merged away answer as their survivor does. state: granted, denied, default (nothing was
-- said), unknown (there is no such golden record any more). A purpose that is not declared allows nothing. Whom an observation names that says no
-- and is nobody's yet has denied, since nobody knows when. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._consent_states(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_purpose            text DEFAULT NULL
)
    RETURNS TABLE (master_profile_id uuid, purpose text, is_allowed boolean, state text, since timestamptz)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT
            given.id,
            CASE WHEN golden.status = 'active' THEN golden.master_profile_id ELSE current.master_profile_id END AS current_id
        FROM (SELECT DISTINCT item.id FROM unnest(p_master_profile_ids) AS item (id)) AS given
        LEFT JOIN cdp_master_profiles AS golden ON golden.master_profile_id = given.id
        LEFT JOIN cdp_master_profiles AS current
            ON current.master_profile_id = golden.merged_into
            AND current.status = 'active'
    ),
    said AS MATERIALIZED (
        SELECT held.*
        FROM cdp_consent_state AS held
        WHERE held.master_profile_id = ANY (ARRAY(SELECT asked.current_id FROM asked))
          AND (p_purpose IS NULL OR held.purpose = p_purpose)
    ),
    purpose AS (
        SELECT stated.purpose
        FROM c360.consent_purposes AS stated
        WHERE stated.tenant = p_tenant
          AND (p_purpose IS NULL OR stated.purpose = p_purpose)
        UNION
        SELECT said.purpose
        FROM said
        UNION
        SELECT p_purpose
        WHERE p_purpose IS NOT NULL
    ),
    objecting AS MATERIALIZED (
        SELECT
            purpose.purpose,
            named.id
        FROM purpose
        CROSS JOIN LATERAL unnest(
            c360._objecting_persons(purpose.purpose, ARRAY(SELECT asked.current_id FROM asked WHERE asked.current_id IS NOT NULL))
        ) AS named (id)
    )
    SELECT
        asked.id,
        purpose.purpose,
        asked.current_id IS NOT NULL
            AND stated.purpose IS NOT NULL
            AND objecting.id IS NULL
            AND coalesce(said.state = 'granted', stated.allows_by_default),
        CASE
            WHEN asked.current_id IS NULL THEN 'unknown'
            WHEN objecting.id IS NOT NULL THEN 'denied'
            ELSE coalesce(said.state, 'default')
        END,
        CASE WHEN said.state = 'denied' OR objecting.id IS NULL THEN said.since END
    FROM asked
    CROSS JOIN purpose
    LEFT JOIN said
        ON said.master_profile_id = asked.current_id
        AND said.purpose = purpose.purpose
    LEFT JOIN objecting
        ON objecting.id = asked.current_id
        AND objecting.purpose = purpose.purpose
    LEFT JOIN c360.consent_purposes AS stated
        ON stated.tenant = p_tenant
        AND stated.purpose = purpose.purpose
    -- Of purposes that are not declared only what the person said is told.
    WHERE p_purpose IS NOT NULL
       OR stated.purpose IS NOT NULL
       OR said.purpose IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360._consent_states(text, uuid[], text) IS
    'What holds for golden records and purposes.';
