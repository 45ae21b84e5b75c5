-- Reads a calendar day in the spellings of c360._iso_time(), as written, whatever zone stands behind it; p_order says what
-- comes first in 03/02/2001: the day (DMY) or the month (MDY). Gives ISO text, or NULL for what is no day of the years 1000 to
-- 2200: archives hold people of former centuries. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_date(
    p_value text,
    p_order text DEFAULT 'DMY'
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT left(c360._iso_time(p_value, p_order), 10);
$$;

COMMENT ON FUNCTION c360.normalise_date(text, text) IS
    'A calendar day as ISO text; NULL when the text is none.';
