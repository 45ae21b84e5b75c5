-- The names of events by which clients say that a session began. Pure.

CREATE OR REPLACE FUNCTION c360._session_event_names()
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT '{Session Started,session_start,engaged-session}'::text[];
$$;

COMMENT ON FUNCTION c360._session_event_names() IS
    'Names of events that begin a session.';
