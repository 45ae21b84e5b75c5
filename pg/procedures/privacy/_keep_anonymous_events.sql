-- Takes events away from their person and keeps them: each goes to an observation of its source that says nothing and is
-- nobody's, under a message id of chance, with what _anonymous_event() leaves of it. That observation is the same for all
-- persons, so that events of one person cannot be told from those of another; the resolver does not see it.
-- Answers how many. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._keep_anonymous_events(p_raw_profile_ids bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
    v_count    bigint;
BEGIN
    PERFORM set_config('c360.internal_write', 'on', true);
    INSERT INTO cdp_raw_profiles (source, identifiers, traits, observed_at)
    SELECT DISTINCT
        event.source,
        '{}'::jsonb,
        '{}'::jsonb,
        timestamptz '1970-01-01 00:00:00Z'
    FROM cdp_behavioral_events AS event
    WHERE event.raw_profile_id = ANY (p_raw_profile_ids)
    ORDER BY event.source
    ON CONFLICT (content_hash) DO NOTHING;
    PERFORM set_config('c360.internal_write', v_internal, true);

    UPDATE cdp_behavioral_events AS event
    SET raw_profile_id = nobody.raw_profile_id,
        message_id = gen_random_uuid()::text,
        payload = c360._anonymous_event(event.payload)
    FROM cdp_raw_profiles AS nobody
    WHERE event.raw_profile_id = ANY (p_raw_profile_ids)
      AND nobody.content_hash = sha256(convert_to(event.source || chr(31) || '{}' || chr(31) || '{}', 'UTF8'));
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._keep_anonymous_events(bigint[]) IS
    'Keeps events of a person without the person.';
