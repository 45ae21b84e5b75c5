-- The visitors whose observations these are, made where they are new. A visitor is an anonymousId of a source, or a userId where
-- none is sent: it follows from the observation alone. Observations of nobody have none. Trusts the search_path and the lock of
-- sessions. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._visitors_of(p_raw_profile_ids bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
BEGIN
    WITH observed AS MATERIALIZED (
        SELECT
            raw.raw_profile_id,
            raw.source,
            CASE
                WHEN raw.identifiers ? 'anonymous_id' THEN 'anonymous_id:' || c360._first_text(raw.identifiers -> 'anonymous_id')
                ELSE 'user_id:' || c360._first_text(raw.identifiers -> 'user_id')
            END AS visitor_key
        FROM cdp_raw_profiles AS raw
        WHERE raw.raw_profile_id = ANY (p_raw_profile_ids)
          AND NOT EXISTS (
              SELECT
              FROM cdp_visitor_profiles AS known
              WHERE known.raw_profile_id = raw.raw_profile_id
          )
    ),
    made AS (
        INSERT INTO cdp_visitors AS visitor (source, visitor_key)
        SELECT DISTINCT
            observed.source,
            observed.visitor_key
        FROM observed
        WHERE observed.visitor_key IS NOT NULL
        ON CONFLICT (source, visitor_key) DO UPDATE
        SET source = excluded.source
        RETURNING visitor.visitor_id, visitor.source, visitor.visitor_key
    )
    INSERT INTO cdp_visitor_profiles (raw_profile_id, visitor_id)
    SELECT
        observed.raw_profile_id,
        made.visitor_id
    FROM observed
    JOIN made
        ON made.source = observed.source
        AND made.visitor_key = observed.visitor_key;

    RETURN ARRAY(
        SELECT DISTINCT known.visitor_id
        FROM cdp_visitor_profiles AS known
        WHERE known.raw_profile_id = ANY (p_raw_profile_ids)
        ORDER BY known.visitor_id
    );
END;
$$;

COMMENT ON FUNCTION c360._visitors_of(bigint[]) IS
    'The visitors whose observations these are.';
