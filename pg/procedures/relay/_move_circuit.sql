-- Moves the circuit of an endpoint after answers. Ten failures of the endpoint in a row open it; then one probe after the
-- first pause of the retry schedule, twice that, and so on up to five minutes; three successful probes close it. What was under way when
-- it opened is no probe, however it ends. An endpoint that fails for 120 hours is disabled. An address in clear, to which a
-- relay sends nothing, opens it at once. 429 is neither a failure nor a success: the endpoint is there.

CREATE OR REPLACE FUNCTION c360._move_circuit(p_subscription_id uuid, p_failed jsonb, p_successes integer)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_state    record;
    v_failures integer;
    v_in_row   integer;
    v_is_clear boolean;
    v_at       timestamptz := clock_timestamp();
BEGIN
    SELECT
        state.circuit, state.circuit_until, state.failures_in_row, state.probe_successes, state.open_count,
        state.failing_since
    INTO STRICT v_state
    FROM c360.subscription_states AS state
    WHERE state.subscription_id = p_subscription_id
    FOR NO KEY UPDATE;

    SELECT
        count(*),
        count(*) FILTER (WHERE result.is_last),
        coalesce(bool_or(result.error = 'cleartext'), false)
    INTO v_failures, v_in_row, v_is_clear
    FROM jsonb_to_recordset(p_failed) AS result (status integer, error text, ms integer, is_last boolean)
    WHERE result.status IS DISTINCT FROM 429
      AND c360._is_endpoint_failure(result.status, result.error)
      AND (
          v_state.circuit = 'closed'
          OR v_at - make_interval(secs => result.ms / 1000.0) >= v_state.circuit_until
      );

    IF v_failures = 0 AND p_successes = 0 THEN
        RETURN;
    END IF;

    IF p_successes = 0 THEN
        v_in_row := v_in_row + v_state.failures_in_row;
    END IF;

    UPDATE c360.subscription_states AS state
    SET failures_in_row = v_in_row,
        failing_since = CASE WHEN v_in_row = 0 THEN NULL
                             WHEN p_successes > 0 THEN v_at
                             ELSE coalesce(state.failing_since, v_at) END
    WHERE state.subscription_id = p_subscription_id
      AND (state.failures_in_row, state.failing_since IS NULL) IS DISTINCT FROM (v_in_row, v_in_row = 0);

    IF v_in_row >= 10 OR v_is_clear OR (v_in_row > 0 AND v_state.circuit <> 'closed') THEN
        PERFORM c360._open_circuit(p_subscription_id, v_state.open_count, v_at);
        IF v_state.failing_since < v_at - interval '120 hours' THEN
            PERFORM c360._disable_subscription(p_subscription_id, 'The endpoint failed for 120 hours.');
        END IF;
    ELSIF v_state.circuit <> 'closed' AND p_successes > 0 THEN
        UPDATE c360.subscription_states AS state
        SET probe_successes = state.probe_successes + p_successes,
            circuit = CASE WHEN state.probe_successes + p_successes >= 3 THEN 'closed' ELSE 'half_open' END,
            closed_at = CASE WHEN state.probe_successes + p_successes >= 3 THEN v_at ELSE state.closed_at END,
            open_count = CASE WHEN state.probe_successes + p_successes >= 3 THEN 0 ELSE state.open_count END,
            circuit_until = v_at
        WHERE state.subscription_id = p_subscription_id;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._move_circuit(uuid, jsonb, integer) IS
    'Counts answers towards the circuit of an endpoint and opens or closes it.';
