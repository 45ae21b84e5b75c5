-- Address of a page as readers may see it: origin and path. Queries and fragments carry tokens and what people typed; in front
-- of the host may stand a password. NULL for what is no text, is empty, or carries its content in itself (data:, javascript:).
-- Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_address(p_address jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_address text;
BEGIN
    IF p_address IS NULL OR jsonb_typeof(p_address) <> 'string' THEN
        RETURN NULL;
    END IF;

    v_address := left(split_part(split_part(p_address #>> '{}', '#', 1), '?', 1), 2000);
    IF v_address ~ '^https?://[A-Za-z0-9./_-]+$' THEN
        RETURN v_address;
    ELSIF v_address ~* '^\s*(?:data|javascript|blob|mailto|tel|sms):' THEN
        RETURN NULL;
    END IF;

    v_address := regexp_replace(
        btrim(regexp_replace(v_address, '[[:cntrl:]]+', ' ', 'g')), '^([A-Za-z][A-Za-z0-9+.-]{0,30}:)?//[^/]*@', '\1//'
    );
    RETURN nullif(c360._without_mail_addresses(v_address), '');
END;
$$;

COMMENT ON FUNCTION c360._shown_address(jsonb) IS
    'Origin and path of an address as sent.';
