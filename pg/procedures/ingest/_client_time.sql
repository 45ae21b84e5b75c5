-- Reads a time a client sent. NULL when it is not an ISO 8601 time; never raises.
-- Only the shape decides, so that words PostgreSQL would take as a time (now, infinity, epoch) are no times here.
-- A time without zone is UTC, whatever TimeZone the session has. No SET clause: the planner inlines it.

CREATE OR REPLACE FUNCTION c360._client_time(p_text text)
    RETURNS timestamptz
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_text !~ '^\d{4}-?\d\d-?\d\d([Tt ]\d\d:?\d\d(:?\d\d([.,]\d{1,9})?)?( ?([Zz]|[+-]\d\d(:?\d\d)?))?)?$' THEN NULL
        WHEN NOT pg_input_is_valid(
            replace(p_text, ',', '.') || CASE WHEN p_text ~ '([Zz]|[Tt ].*[+-]\d\d(:?\d\d)?)$' THEN '' ELSE 'Z' END,
            'timestamptz'
        ) THEN NULL
        ELSE (
            replace(p_text, ',', '.') || CASE WHEN p_text ~ '([Zz]|[Tt ].*[+-]\d\d(:?\d\d)?)$' THEN '' ELSE 'Z' END
        )::timestamptz
    END;
$$;

COMMENT ON FUNCTION c360._client_time(text) IS
    'A client''s ISO 8601 time, UTC when it names no zone; NULL for anything else.';
