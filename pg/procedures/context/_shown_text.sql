-- A text as sent, fit for a column that readers see: no control characters, no mail addresses, at most 500 characters. NULL
-- for what is neither text nor number, or empty. In PL/pgSQL, as all that runs for many columns of many events. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_text(p_value jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text text;
BEGIN
    IF p_value IS NULL OR jsonb_typeof(p_value) NOT IN ('string', 'number') THEN
        RETURN NULL;
    END IF;

    v_text := left(p_value #>> '{}', 500);
    IF v_text ~ '^[A-Za-z0-9._-]+$' THEN
        RETURN v_text;
    END IF;

    RETURN nullif(btrim(c360._without_mail_addresses(regexp_replace(v_text, '[[:cntrl:]]+', ' ', 'g'))), '');
END;
$$;

COMMENT ON FUNCTION c360._shown_text(jsonb) IS
    'A text as sent, as readers may see it.';
