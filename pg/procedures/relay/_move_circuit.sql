-- Moves the circuit of an endpoint after answers, in the order they came. Ten failures of the endpoint in a row open it;
-- then one probe after the first pause of the retry schedule, twice that, and so on up to five minutes; three
-- successful probes close it. An endpoint that fails for 120 hours is disabled. An address in clear, to which a relay sends
-- nothing, opens it at once.

CREATE OR REPLACE FUNCTION c360._move_circuit(p_subscription_id uuid, p_results jsonb)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_state     record;
    v_failures  integer;
    v_successes integer;
    v_in_row    integer;
    v_is_clear  boolean;
    v_at        timestamptz := clock_timestamp();
BEGIN
    SELECT state.circuit, state.failures_in_row, state.probe_successes, state.open_count, state.failing_since
    INTO STRICT v_state
    FROM c360.subscription_states AS state
    WHERE state.subscription_id = p_subscription_id
    FOR UPDATE;

    WITH answers AS (
        SELECT
            result.position,
            coalesce(result.value ->> 'error', '') = '' AS is_success,
            c360._is_endpoint_failure((result.value ->> 'status')::integer, result.value ->> 'error') AS is_failure,
            coalesce(result.value ->> 'error', '') = 'cleartext' AS is_clear
        FROM jsonb_array_elements(p_results) WITH ORDINALITY AS result (value, position)
    )
    SELECT
        count(*) FILTER (WHERE answer.is_failure),
        count(*) FILTER (WHERE answer.is_success),
        count(*) FILTER (
            WHERE answer.is_failure
              AND answer.position > coalesce((SELECT max(good.position) FROM answers AS good WHERE good.is_success), 0)
        ),
        bool_or(answer.is_clear)
    INTO v_failures, v_successes, v_in_row, v_is_clear
    FROM answers AS answer;

    IF v_failures = 0 AND v_successes = 0 THEN
        RETURN;
    END IF;

    IF v_successes = 0 THEN
        v_in_row := v_in_row + v_state.failures_in_row;
    END IF;

    UPDATE c360.subscription_states AS state
    SET failures_in_row = v_in_row,
        failing_since = CASE WHEN v_in_row = 0 THEN NULL
                             WHEN v_successes > 0 THEN v_at
                             ELSE coalesce(state.failing_since, v_at) END
    WHERE state.subscription_id = p_subscription_id
      AND (state.failures_in_row, state.failing_since IS NULL) IS DISTINCT FROM (v_in_row, v_in_row = 0);

    IF v_in_row >= 10 OR v_is_clear OR (v_in_row > 0 AND v_state.circuit <> 'closed') THEN
        PERFORM c360._open_circuit(p_subscription_id, v_state.open_count, v_at);
        IF v_state.failing_since < v_at - interval '120 hours' THEN
            PERFORM c360._disable_subscription(p_subscription_id, 'The endpoint failed for 120 hours.');
        END IF;
    ELSIF v_state.circuit <> 'closed' AND v_successes > 0 THEN
        UPDATE c360.subscription_states AS state
        SET probe_successes = state.probe_successes + v_successes,
            circuit = CASE WHEN state.probe_successes + v_successes >= 3 THEN 'closed' ELSE 'half_open' END,
            closed_at = CASE WHEN state.probe_successes + v_successes >= 3 THEN v_at ELSE state.closed_at END,
            open_count = CASE WHEN state.probe_successes + v_successes >= 3 THEN 0 ELSE state.open_count END,
            circuit_until = v_at
        WHERE state.subscription_id = p_subscription_id;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._move_circuit(uuid, jsonb) IS
    'Counts answers towards the circuit of an endpoint and opens or closes it.';
