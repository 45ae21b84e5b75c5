-- Observations that wait for the resolver and hold one of these identifiers, or one that such an observation holds beside it:
-- they would become this person. p_linked are the observations that are linked; what others hold ties nobody here.
-- Trusts the search_path and the resolver's lock. Brings what waits into standard form; raises nothing.

CREATE OR REPLACE FUNCTION c360._waiting_observations(p_identifiers c360.identifier[], p_linked bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_waiting bigint[];
    v_held    jsonb;
    v_known   c360.identifier[] := p_identifiers;
    v_found   bigint[] := '{}';
    v_more    bigint[];
BEGIN
    v_waiting := ARRAY(
        SELECT raw.raw_profile_id
        FROM (
            SELECT queued.raw_profile_id FROM cdp_resolution_queue AS queued
            UNION
            SELECT failed.raw_profile_id FROM cdp_resolution_failures AS failed
        ) AS work
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = work.raw_profile_id
        WHERE NOT EXISTS (SELECT FROM cdp_profile_links AS link WHERE link.raw_profile_id = raw.raw_profile_id)
    );
    IF v_waiting = '{}' THEN
        RETURN '{}';
    END IF;

    PERFORM standardise_profiles(v_waiting);
    SELECT coalesce(jsonb_agg(sent.*), '[]')
    INTO v_held
    FROM (
        SELECT
            extracted.raw_profile_id,
            extracted.identifier_type,
            extracted.value
        FROM extract_identifiers(v_waiting) AS extracted
        WHERE extracted.is_usable
          AND NOT EXISTS (
              SELECT
              FROM cdp_raw_identifiers AS other
              WHERE other.identifier_type = extracted.identifier_type
                AND other.value = extracted.value
                AND other.raw_profile_id <> ALL (p_linked)
          )
    ) AS sent;

    LOOP
        v_more := ARRAY(
            SELECT DISTINCT sent.raw_profile_id
            FROM jsonb_to_recordset(v_held) AS sent (raw_profile_id bigint, identifier_type text, value text)
            JOIN unnest(v_known) AS own ON own.identifier_type = sent.identifier_type AND own.value = sent.value
            WHERE sent.raw_profile_id <> ALL (v_found)
        );
        EXIT WHEN v_more = '{}';

        v_found := v_found || v_more;
        v_known := ARRAY(
            SELECT DISTINCT (sent.identifier_type, sent.value)::c360.identifier
            FROM jsonb_to_recordset(v_held) AS sent (raw_profile_id bigint, identifier_type text, value text)
            WHERE sent.raw_profile_id = ANY (v_more)
        );
    END LOOP;

    RETURN v_found;
END;
$$;

COMMENT ON FUNCTION c360._waiting_observations(c360.identifier[], bigint[]) IS
    'Observations in the queue that would become the person with these identifiers.';
