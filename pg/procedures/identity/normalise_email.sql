-- Makes an e-mail address comparable: NFC, lower case, without mailto: and angle brackets. Dots and plus tags are kept:
-- they are different mailboxes at most providers. Text that is no address gives NULL. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_email(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text;
BEGIN
    -- Most addresses are as they should be.
    IF c360._is_plain_email(p_value) THEN
        RETURN p_value;
    END IF;

    v_value := lower(c360.present_text(p_value));
    IF v_value ~ '[<:]' THEN
        v_value := regexp_replace(regexp_replace(v_value, '^.*<(.*)>$', '\1'), '^mailto:', '');
    END IF;

    RETURN CASE
        WHEN length(v_value) <= 320 AND v_value ~ '^[^@\s<>,;]+@[^@\s<>,;]+$' THEN v_value
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_email(text) IS
    'Comparable form of an e-mail address; NULL when the text is none.';
