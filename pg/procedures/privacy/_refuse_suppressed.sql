-- Takes back those of these new observations that hold an identifier of an erased person, and counts them. Answers their
-- fingerprints. Costs one look into an empty table where nobody was erased.
-- Trusts the search_path, that the observations were written in this transaction, and that nothing points to them yet.

CREATE OR REPLACE FUNCTION c360._refuse_suppressed(p_raw_profile_ids bigint[])
    RETURNS bytea[]
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_key     bytea;
    v_refused bigint[];
    v_hashes  bytea[];
BEGIN
    -- A tenant that was not synced since the upgrade has no such table.
    IF coalesce(cardinality(p_raw_profile_ids), 0) = 0 OR to_regclass('cdp_suppressions') IS NULL THEN
        RETURN '{}';
    END IF;
    IF NOT EXISTS (SELECT FROM cdp_suppressions) THEN
        RETURN '{}';
    END IF;

    v_key := c360._erasure_key();
    -- The country of an observation says what its phone numbers mean.
    PERFORM standardise_profiles(p_raw_profile_ids);

    WITH held AS MATERIALIZED (
        SELECT
            sent.raw_profile_id,
            c360._identifier_hash(v_key, CASE sent.identifier_type WHEN 'previous_id' THEN 'user_id' ELSE sent.identifier_type END, sent.value) AS identifier_hash
        FROM extract_identifiers(p_raw_profile_ids) AS sent
    ),
    met AS MATERIALIZED (
        SELECT
            known.identifier_hash,
            held.raw_profile_id
        FROM held
        CROSS JOIN LATERAL (
            SELECT own.identifier_hash
            FROM cdp_suppressions AS own
            WHERE own.identifier_hash = held.identifier_hash
            OFFSET 0
        ) AS known
    ),
    -- In the order of the key: two sessions that refuse the same persons must not lock each other out.
    locked AS MATERIALIZED (
        SELECT own.identifier_hash
        FROM cdp_suppressions AS own
        WHERE own.identifier_hash IN (SELECT met.identifier_hash FROM met)
        ORDER BY own.identifier_hash
        FOR UPDATE
    ),
    counted AS (
        UPDATE cdp_suppressions AS own
        SET refused_count = own.refused_count + refused.observation_count,
            last_refused_at = clock_timestamp()
        FROM (
            SELECT
                met.identifier_hash,
                count(DISTINCT met.raw_profile_id) AS observation_count
            FROM met
            JOIN locked USING (identifier_hash)
            GROUP BY met.identifier_hash
        ) AS refused
        WHERE own.identifier_hash = refused.identifier_hash
    )
    SELECT coalesce(array_agg(DISTINCT met.raw_profile_id), '{}')
    INTO v_refused
    FROM met;

    DELETE FROM cdp_standard_profiles AS said
    WHERE said.raw_profile_id = ANY (v_refused);

    WITH gone AS (
        DELETE FROM cdp_raw_profiles AS raw
        WHERE raw.raw_profile_id = ANY (v_refused)
        RETURNING raw.content_hash
    )
    SELECT coalesce(array_agg(gone.content_hash), '{}')
    INTO v_hashes
    FROM gone;

    RETURN v_hashes;
END;
$$;

COMMENT ON FUNCTION c360._refuse_suppressed(bigint[]) IS
    'Takes back new observations of erased persons; answers their fingerprints.';
