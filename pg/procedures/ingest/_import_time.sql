-- Reads when a row was observed: an ISO 8601 time (UTC without a zone), a calendar day in the spellings of
-- c360.normalise_date, or seconds or milliseconds since 1970. NULL when it is none of these; raises nothing.

CREATE OR REPLACE FUNCTION c360._import_time(p_value jsonb)
    RETURNS timestamptz
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        -- What nearly all systems send, without the cost of the rest.
        WHEN p_value #>> '{}' LIKE '____-__-__T__:__:__%Z' AND pg_input_is_valid(p_value #>> '{}', 'timestamptz')
            THEN (p_value #>> '{}')::timestamptz
        WHEN jsonb_typeof(p_value) = 'number' OR p_value #>> '{}' ~ '^[0-9]{9,13}$' THEN CASE
            WHEN (p_value #>> '{}')::numeric BETWEEN 0 AND 9999999999 THEN to_timestamp((p_value #>> '{}')::double precision)
            WHEN (p_value #>> '{}')::numeric BETWEEN 0 AND 9999999999999 THEN to_timestamp((p_value #>> '{}')::double precision / 1000)
        END
        ELSE coalesce(
            c360._client_time(btrim(p_value #>> '{}')),
            c360._client_time(c360.normalise_date(p_value #>> '{}'))
        )
    END;
$$;

COMMENT ON FUNCTION c360._import_time(jsonb) IS
    'The time in a column of an import; NULL when it cannot be read.';
