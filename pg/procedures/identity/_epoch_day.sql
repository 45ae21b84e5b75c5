-- The day of a count since 1970 that was sent as text. Its digits could be the number of a document or a phone, or a day and a time
-- written together, so only midnight in UTC counts, which those are not but once in many thousands, and only in seconds and
-- milliseconds. Gives ISO text, NULL for every other text. Raises nothing.

CREATE OR REPLACE FUNCTION c360._epoch_day(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := c360.present_text(p_text);
BEGIN
    IF v_text !~ '^-?[1-9][0-9]{8,12}$' OR v_text ~ '^((19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]|[0-3][0-9][0-3][0-9](19|20)[0-9]{2})0000$' THEN
        RETURN NULL;
    END IF;
    RETURN CASE
        WHEN v_text::bigint % CASE WHEN length(ltrim(v_text, '-')) <= 10 THEN 86400 ELSE 86400000 END = 0
            THEN to_char(c360._epoch_time(v_text::numeric) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
    END;
END;
$$;

COMMENT ON FUNCTION c360._epoch_day(text) IS
    'The day of a count of seconds or milliseconds since 1970 in a text, where it is midnight.';
