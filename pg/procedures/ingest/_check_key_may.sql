-- Refuses what keys of a kind, or tokens whose claims name it, are not for. p_use: send events, read rows and golden records, serve a person as an agent does.
-- Write keys stand in web pages: whoever reads one must not be able to read anything with it. Agent keys are with programs that
-- do what others wrote: they learn what a purpose justifies, one person a call, and can bring nothing in but outcomes.
-- Raises: U1413 key_may_not_read, U1414 key_of_agent

CREATE OR REPLACE FUNCTION c360._check_key_may(p_kind text, p_use text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_kind = 'agent' AND p_use <> 'serve' THEN
        RAISE EXCEPTION 'this key is for agents: it may ask for a context and tell outcomes'
            USING ERRCODE = 'U1414',
                  HINT = 'Send events with a write key, read with a secret key: c360 key create --kind secret';
    ELSIF p_use <> 'send' AND (p_kind IN ('secret', 'agent')) IS NOT TRUE THEN
        RAISE EXCEPTION 'this key may only send events'
            USING ERRCODE = 'U1413',
                  HINT = format(
                      'Use %s key, from a server: c360 key create --kind %s',
                      CASE p_use WHEN 'serve' THEN 'an agent' ELSE 'a secret' END,
                      CASE p_use WHEN 'serve' THEN 'agent' ELSE 'secret' END
                  );
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_key_may(text, text) IS
    'Refuses what keys of a kind are not for.';
