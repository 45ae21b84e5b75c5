-- The address of a webhook in its one form: scheme and host in lower case, no port that is the scheme's own, no dot at the end of the
-- host. What programs read in different ways is refused. controlplane/c360/domain/urls.py reads the same, and turns names in
-- other letters into ASCII besides. Whether the address is private is judged where it is connected to.
-- Pure. Raises: U5450 webhook_address_unfit

CREATE OR REPLACE FUNCTION c360._checked_url(p_url text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_url       text := btrim(p_url, E' \t\r\n');
    v_scheme    text := lower(substring(v_url FROM '^([A-Za-z]+)://'));
    v_authority text;
    v_host      text;
    v_port      text;
    v_message   text;
    v_hint      text := 'Write it such as https://crm.example/hooks.';
BEGIN
    v_authority := substring(v_url FROM '://([^/?]*)');
    v_host := lower(substring(v_authority FROM '^(\[[^][]*\]|[^]:[]*)(?::[0-9]*)?$'));
    v_port := substring(v_authority FROM ':([0-9]+)$');

    IF v_host !~ '^\[' THEN
        v_host := regexp_replace(v_host, '\.$', '');
    END IF;

    -- Each rule stands alone: the first one that is broken is told.
    IF v_url IS NULL OR v_scheme IS NULL OR v_scheme NOT IN ('http', 'https') THEN
        v_message := 'the address does not begin with https://';
    ELSIF length(v_url) > 8192 THEN
        v_message := format('the address is %s characters long', length(v_url));
        v_hint := 'The longest may have 8192.';
    ELSIF v_url ~ '[[:space:][:cntrl:]]' THEN
        v_message := 'the address holds a space or a control character';
        v_hint := 'Write a space in a path as %20.';
    ELSIF strpos(v_url, '\') > 0 THEN
        v_message := 'the address holds a backslash, which some programs read as a slash';
        v_hint := 'Write it as %5C.';
    ELSIF strpos(v_url, '#') > 0 THEN
        v_message := 'the address holds a fragment (#...), which would not be sent';
        v_hint := 'Leave it out.';
    ELSIF strpos(v_authority, '@') > 0 THEN
        v_message := 'the address holds a user or a password, and it is shown in lists';
        v_hint := 'Leave out what stands before the @; the signature of the message says who sends it.';
    ELSIF v_host IS NULL THEN
        v_message := 'host and port of the address cannot be told apart';
        v_hint := 'Write IPv6 in brackets: https://[2001:db8::1]:8443/.';
    ELSIF v_port IS NOT NULL AND (length(v_port) > 5 OR v_port::integer NOT BETWEEN 1 AND 65535) THEN
        v_message := format('%s is not a port', left(v_port, 20));
        v_hint := 'A port is a number from 1 to 65535.';
    ELSIF v_host ~ '[^\x01-\x7f]' THEN
        v_message := format('the host %s is not in ASCII', left(v_host, 100));
        v_hint := 'Write the name as DNS knows it (xn--...); "c360 webhook add" does so by itself.';
    ELSIF NOT c360._is_host(v_host) THEN
        v_message := format('"%s" is not the name of a host', left(v_host, 100));
        v_hint := 'A name has letters, digits, - and _ between dots; an IPv4 address four decimal numbers without leading zeros.';
    END IF;

    IF v_message IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'U5450', MESSAGE = v_message, HINT = v_hint;
    END IF;

    RETURN v_scheme || '://'
        || CASE WHEN v_host ~ '^\[' THEN '[' || host(btrim(v_host, '[]')::inet) || ']' ELSE v_host END
        || CASE WHEN v_port::integer <> CASE v_scheme WHEN 'http' THEN 80 ELSE 443 END THEN ':' || v_port::integer ELSE '' END
        || substr(v_url, length(v_scheme) + 4 + length(v_authority));
END;
$$;

COMMENT ON FUNCTION c360._checked_url(text) IS
    'The address of a webhook in its one form, or U5450 with what is wrong with it.';
