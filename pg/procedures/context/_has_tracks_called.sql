-- Whether an observation has track events of a name. cdp_activity counts a track event called identify, group or alias with the events of that
-- type, which make no visits. Trusts the search_path. Reads by index.

CREATE OR REPLACE FUNCTION c360._has_tracks_called(p_raw_profile_id bigint, p_event_name text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM cdp_behavioral_events AS event
        WHERE event.raw_profile_id = p_raw_profile_id
          AND event.type = 'track'
          AND event.event_name = p_event_name
    );
END;
$$;

COMMENT ON FUNCTION c360._has_tracks_called(bigint, text) IS
    'Whether an observation has track events of a name.';
