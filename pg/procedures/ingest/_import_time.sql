-- Reads when a row was observed: a time or day as c360._point_in_time() reads them (UTC without a zone), or a number that counts
-- since 1970. NULL when it is none of these; raises nothing.

CREATE OR REPLACE FUNCTION c360._import_time(
    p_value jsonb,
    p_order text
)
    RETURNS timestamptz
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        -- What nearly all systems send, without the cost of the rest.
        WHEN p_value #>> '{}' LIKE '____-__-__T__:__:__%Z' AND pg_input_is_valid(p_value #>> '{}', 'timestamptz')
            THEN (p_value #>> '{}')::timestamptz
        ELSE c360._point_in_time(p_value, p_order)
    END;
$$;

COMMENT ON FUNCTION c360._import_time(jsonb, text) IS
    'The time in a column of an import; NULL when it cannot be read.';
