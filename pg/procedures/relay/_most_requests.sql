-- Says how many requests an endpoint may get at once over all relays because of its circuit: one while it is not closed, twice as many each second
-- after it closed, NULL for as many as the subscription allows.

CREATE OR REPLACE FUNCTION c360._most_requests(p_circuit text, p_closed_at timestamptz)
    RETURNS integer
    LANGUAGE sql
    VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_circuit <> 'closed' THEN 1
        WHEN p_closed_at > clock_timestamp() - interval '9 seconds' THEN
            power(2, greatest(0, extract(epoch FROM clock_timestamp() - p_closed_at)))::integer
    END;
$$;

COMMENT ON FUNCTION c360._most_requests(text, timestamptz) IS
    'Most requests at once that the circuit of an endpoint allows; NULL for no limit.';
