-- The mailbox behind an e-mail address in comparable form: without the tag (an+shop@) and, at Google, without dots, as far as
-- the tenant wants that. An address of nothing but a tag stays as it is. Raises nothing.

CREATE OR REPLACE FUNCTION c360._mailbox(
    p_email        text,
    p_ignores_tags boolean,
    p_ignores_dots boolean
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_name   text := split_part(p_email, '@', 1);
    v_domain text := split_part(p_email, '@', 2);
BEGIN
    IF p_ignores_tags AND strpos(v_name, '+') > 1 THEN
        v_name := split_part(v_name, '+', 1);
    END IF;
    IF p_ignores_dots AND v_domain IN ('gmail.com', 'googlemail.com') AND btrim(v_name, '.') <> '' THEN
        v_name := replace(v_name, '.', '');
        v_domain := 'gmail.com';
    END IF;
    RETURN v_name || '@' || v_domain;
END;
$$;

COMMENT ON FUNCTION c360._mailbox(text, boolean, boolean) IS
    'Mailbox behind an e-mail address, without tag and dots where they do not count.';
