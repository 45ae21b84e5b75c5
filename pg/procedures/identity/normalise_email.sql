-- Makes an e-mail address comparable: lower case, out of what people and programs put around it (mailto:, a name, brackets,
-- quotation marks, the full stop of a sentence), the domain in ASCII (xn--). Dots and plus tags are kept: they are different
-- mailboxes at most providers. Text that is no address gives NULL, and so do one with several and one without a top-level
-- domain, which is another mailbox in every house. Raises nothing.

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
    IF v_value ~ '@.*@' THEN
        -- One address written several times (Lan@Shop.VN <lan@shop.vn>, a link and its text) is that one.
        RETURN (
            SELECT CASE WHEN count(*) = count(one.address) AND count(DISTINCT one.address) = 1 THEN min(one.address) END
            FROM regexp_split_to_table(regexp_replace(v_value, '\?[a-z]+=[^\s<>()\[\]"]*', '', 'g'), '[\s,;|()<>\[\]"“”„«»‹›]+') AS part (text)
            CROSS JOIN LATERAL (SELECT CASE WHEN part.text !~ '@.*@' THEN c360.normalise_email(part.text) END AS address) AS one
            WHERE strpos(part.text, '@') > 0
        );
    END IF;
    v_value := coalesce(substring(v_value FROM '^[^@]*[<(\[]([^@<>()\[\]]+@[^@<>()\[\]]+)[])>][^@]*$'), v_value);
    v_value := regexp_replace(v_value, '\([^()]*\)', '', 'g');
    v_value := regexp_replace(v_value, '^[\s"''“”„‘’‚«»`]*(mailto|smtp|e-?mail|mail):(//)?', '');
    v_value := split_part(v_value, '?', 1);
    v_value := btrim(v_value, E' \t\n"''“”„‘’‚«»‹›`;,:。<>()[]');
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
            AND v_name ~ '^[^\s\x01-\x1f\x7f@<>()\[\]{}|*"\\,;:]+$'
            AND v_domain ~ '^([a-z0-9_][a-z0-9_-]*[.])+([a-z]{2,}|xn--[a-z0-9-]+)$'
            THEN v_name || '@' || v_domain
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_email(text) IS
    'Comparable form of an e-mail address; NULL when the text is none.';
