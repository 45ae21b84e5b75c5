-- A text with **** in place of each mail address in it, percent-encoded ones too: newsletters write them into links. Pure.

CREATE OR REPLACE FUNCTION c360._without_mail_addresses(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
BEGIN
    IF strpos(p_text, '@') = 0 AND strpos(p_text, '%40') = 0 THEN
        RETURN p_text;
    END IF;

    RETURN regexp_replace(p_text, '[^][\s/?&=#;,:<>"()@]+(?:@|%40)[^][\s/?&=#;,:<>"()@]+', '****', 'g');
END;
$$;

COMMENT ON FUNCTION c360._without_mail_addresses(text) IS
    'A text without the mail addresses in it.';
