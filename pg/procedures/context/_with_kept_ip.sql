-- An event that has a context.ip, with what of it is kept. In PL/pgSQL, and plain IPv4 first: it runs for every event that says one.
-- Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._with_kept_ip(p_event jsonb, p_rule text)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_ip text := p_event #>> '{context,ip}';
BEGIN
    IF p_rule = 'shorten' AND v_ip ~ '^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$' THEN
        RETURN jsonb_set(p_event, '{context,ip}', to_jsonb(rtrim(v_ip, '0123456789') || '0'));
    END IF;

    v_ip := c360._kept_ip(p_event #> '{context,ip}', p_rule) #>> '{}';
    IF v_ip IS NULL THEN
        RETURN p_event #- '{context,ip}';
    END IF;
    RETURN jsonb_set(p_event, '{context,ip}', to_jsonb(v_ip));
END;
$$;

COMMENT ON FUNCTION c360._with_kept_ip(jsonb, text) IS
    'An event with what of its IP address is kept.';
