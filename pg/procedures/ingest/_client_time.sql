-- Reads a time a client sent: ISO 8601, a number that counts since 1970, or another spelling that means one point in time to
-- everybody (c360._point_in_time(); not 05/12/2026). NULL when it is none; never raises.
-- Only the shape decides, so that words PostgreSQL would take as a time (now, infinity, epoch) are no times here.
-- A time without zone is UTC, whatever TimeZone the session has. No SET clause: the planner inlines it.

CREATE OR REPLACE FUNCTION c360._client_time(p_text text)
    RETURNS timestamptz
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_text !~ '^\d{4}-?\d\d-?\d\d([Tt ]\d\d:?\d\d(:?\d\d([.,]\d{1,9})?)?( ?([Zz]|[+-]\d\d(:?\d\d)?))?)?$' THEN c360._point_in_time(to_jsonb(p_text), NULL)
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
    'The time a client sent, UTC when it names no zone; NULL for what is none or has several readings.';
