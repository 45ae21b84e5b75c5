-- Whether a text of the form 2001-02-03 is a day of the calendar, written as PostgreSQL would write it. The session must
-- have DateStyle ISO. Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_day(p_text text)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN pg_input_is_valid(p_text, 'date') THEN p_text::date::text = p_text ELSE false END
$$;

COMMENT ON FUNCTION c360._is_day(text) IS
    'Whether a text is an ISO day that exists.';
