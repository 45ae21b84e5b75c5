-- Applies failed answers to their deliveries and all answers to the circuit of the endpoint, whose state is locked first: lanes
-- of other relays wait here, and only here. Called by settle_deliveries() with the lanes locked.

CREATE OR REPLACE FUNCTION c360._settle_failed(p_subscription_id uuid, p_failed jsonb, p_successes integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_circuit text;
    v_is_gone boolean := false;
BEGIN
    SELECT state.circuit
    INTO STRICT v_circuit
    FROM c360.subscription_states AS state
    WHERE state.subscription_id = p_subscription_id
    FOR NO KEY UPDATE;

    IF p_failed <> '[]' THEN
        PERFORM c360._hold_partitions();
        v_is_gone := c360._apply_failures(p_subscription_id, p_failed, v_circuit);
    END IF;

    PERFORM c360._move_circuit(p_subscription_id, p_failed, p_successes);

    IF v_is_gone THEN
        PERFORM c360._disable_subscription(p_subscription_id, 'The endpoint answered 410 Gone.');
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._settle_failed(uuid, jsonb, integer) IS
    'Applies failed answers to deliveries, and all answers to the circuit of the endpoint.';
