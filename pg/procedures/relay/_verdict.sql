-- Decides what one answer means for its delivery. Pure; raises nothing.
-- done, gone (410: the endpoint wants no more), poison and dead (given up), keep (stays in its lane and loses no
-- attempt, because the whole endpoint fails and the circuit is open, or it asks for fewer requests, or nothing may be sent to
-- it in clear), park (waits for a retry).

CREATE OR REPLACE FUNCTION c360._verdict(
    p_status   integer,
    p_error    text,
    p_attempt  integer,
    p_attempts integer,
    p_circuit  text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_error IS NULL THEN 'done'
        WHEN p_status = 410 THEN 'gone'
        -- The relay did not try.
        WHEN p_error = 'cleartext' THEN 'keep'
        -- Too many requests says nothing of this one.
        WHEN p_status = 429 THEN 'keep'
        WHEN p_circuit <> 'closed' AND c360._is_endpoint_failure(p_status, p_error) THEN 'keep'
        WHEN p_status IN (400, 413, 422) AND p_attempt >= least(3, p_attempts) THEN 'poison'
        WHEN p_attempt >= p_attempts THEN 'dead'
        ELSE 'park'
    END;
$$;

COMMENT ON FUNCTION c360._verdict(integer, text, integer, integer, text) IS
    'What becomes of a delivery after an answer: done, gone, keep, poison, dead or park.';
