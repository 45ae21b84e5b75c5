-- Derives anew what is derived from observations alone: their standard form and their identifiers, by the attributes,
-- identifier types and blocked values of today. What is right stays untouched. Trusts the search_path and the resolver's lock.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._reread_observations(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    PERFORM standardise_profiles(p_raw_profile_ids);

    WITH sent AS MATERIALIZED (
        SELECT
            extracted.identifier_type,
            extracted.value,
            extracted.raw_profile_id,
            extracted.is_usable,
            extracted.voice
        FROM extract_identifiers(p_raw_profile_ids) AS extracted
    ),
    known AS MATERIALIZED (
        SELECT
            own.identifier_type,
            own.value,
            own.raw_profile_id,
            own.is_usable,
            own.voice
        FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
        JOIN cdp_raw_identifiers AS own ON own.raw_profile_id = wanted.raw_profile_id
    ),
    gone AS (
        DELETE FROM cdp_raw_identifiers AS own
        USING (SELECT * FROM known EXCEPT SELECT * FROM sent) AS stale
        WHERE own.identifier_type = stale.identifier_type
          AND own.value = stale.value
          AND own.voice = stale.voice
          AND own.raw_profile_id = stale.raw_profile_id
          AND NOT EXISTS (
              SELECT
              FROM sent
              WHERE sent.identifier_type = stale.identifier_type
                AND sent.value = stale.value
                AND sent.voice = stale.voice
                AND sent.raw_profile_id = stale.raw_profile_id
          )
    )
    INSERT INTO cdp_raw_identifiers AS own (identifier_type, value, raw_profile_id, is_usable, voice)
    SELECT * FROM sent
    EXCEPT
    SELECT * FROM known
    ON CONFLICT (identifier_type, value, voice, raw_profile_id) DO UPDATE
    SET is_usable = excluded.is_usable;
END;
$$;

COMMENT ON FUNCTION c360._reread_observations(bigint[]) IS
    'Brings standard form and identifiers of observations in line with the metadata of today.';
