-- A name as it is shown: NFC, one space between words, spelling and case as sent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tidy_name(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN regexp_replace(c360.present_text(p_value), '\s+', ' ', 'g');
END;
$$;

COMMENT ON FUNCTION c360._tidy_name(text) IS
    'A name for show: trimmed, single spaces, otherwise as sent.';
