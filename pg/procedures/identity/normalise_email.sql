-- Makes an e-mail address comparable: lower case, out of what people and programs put around it (mailto:, a name, angle
-- brackets, quotation marks, the full stop of a sentence), the domain in ASCII (xn--). Dots and plus tags are kept: they are
-- different mailboxes at most providers. Text that is no address gives NULL, and so does one with several. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_email(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value  text;
    v_name   text;
    v_domain text;
BEGIN
    -- Most addresses are as they should be.
    IF c360._is_plain_email(p_value) THEN
        RETURN p_value;
    ELSIF length(p_value) > 1000 THEN
        RETURN NULL;
    END IF;

    v_value := c360._in_small_letters(c360._fold_forms(c360.present_text(p_value)));
    IF v_value !~ '^[^@]+@[^@]+$' THEN
        -- An address that is its own name: "an@shop.vn" <an@shop.vn>.
        v_value := CASE WHEN v_value ~ '^[^<>]*<[^<>@]+@[^<>@]+>[^<>@]*$' THEN v_value END;
    END IF;
    IF v_value ~ '^[^<>]*<[^<>]+>[^<>]*$' THEN
        v_value := substring(v_value FROM '<([^<>]+)>');
    END IF;
    v_value := regexp_replace(v_value, '\([^()]*\)', '', 'g');
    v_value := regexp_replace(v_value, '^[\s"''“”„‘’‚«»`]*(mailto|e-?mail):(//)?', '');
    v_value := split_part(v_value, '?', 1);
    v_value := btrim(v_value, E' \t\n"''“”„‘’‚«»‹›`;,:。');
    v_value := regexp_replace(v_value, '\s*([@.])\s*', '\1', 'g');

    v_name := split_part(v_value, '@', 1);
    IF v_name ~ '^".*"$' OR right(v_name, 1) = '"' THEN
        v_name := btrim(v_name, '"');
    END IF;
    v_domain := rtrim(translate(split_part(v_value, '@', 2), '。．｡', '...'), '.');
    IF octet_length(v_domain) <> length(v_domain) THEN
        v_domain := c360._domain_in_ascii(v_domain);
    END IF;

    RETURN CASE
        WHEN length(v_name) + length(v_domain) < 320
            AND v_name ~ '^[^\s@<>()\[\]{}|*"\\,;:]+$'
            AND v_domain ~ '^([a-z0-9_-]+[.])*[a-z0-9_-]+$'
            THEN v_name || '@' || v_domain
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_email(text) IS
    'Comparable form of an e-mail address; NULL when the text is none.';
