-- Tells failures of the whole endpoint (nobody there, broken TLS, too slow, no token, 5xx, 429) from those of one message (refused
-- by a rule about answers, not to be rendered, other statuses). Pure.

CREATE OR REPLACE FUNCTION c360._is_endpoint_failure(p_status integer, p_error text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_error IS NOT NULL
        AND p_error NOT IN ('lost', 'template', 'refused', 'answer')
        AND (p_error <> 'status' OR p_status >= 500 OR p_status = 429);
$$;

COMMENT ON FUNCTION c360._is_endpoint_failure(integer, text) IS
    'True for failures that count towards the circuit of an endpoint.';
