-- Takes a request body apart: its events, and what the batch says about all of them (context, integrations, sentAt).
-- An event that is no JSON (NaN, a byte that was no UTF-8) or that the database cannot store (\u0000, a lone surrogate, a number
-- beyond all bounds) comes back as text in unstorable: it must not harm its neighbours.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._unpack_body(p_type text, p_body text)
    RETURNS c360.sent_event[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body jsonb;
BEGIN
    BEGIN
        v_body := p_body::jsonb;
    EXCEPTION
        WHEN invalid_text_representation OR untranslatable_character OR numeric_value_out_of_range THEN
            NULL;
        WHEN statement_too_complex THEN
            RAISE EXCEPTION 'the body is nested too deeply'
                USING ERRCODE = 'U1005';
    END;

    IF v_body IS NULL THEN
        RETURN c360._unpack_unclean_body(p_type, p_body);
    END IF;

    RETURN c360._unpack_json(p_type, v_body);
END;
$$;

COMMENT ON FUNCTION c360._unpack_body(text, text) IS
    'Events of a request body, each with what the body says about all of them.';
