-- Sends everything again that failed for a webhook since a time, with the same ids: dead letters that died since, with fresh attempts, and
-- whatever still waits for a retry goes now. An endpoint that is left alone is tried at once. Dead letters older than the max_age of the
-- webhook stay, and are counted as too_old. A dry run says how many. Safe to repeat: what was sent again is not a dead letter any more.
-- Raises: U4404 and U4423 of the tenant; U4424 time_out_of_bounds; U5404 subscription_not_found; U5411 subscription_disabled;
--         U5420 message_type_not_found; U5421 subscription_invalid for a filter that is none

CREATE OR REPLACE FUNCTION c360.recover_subscription(
    p_tenant       text,
    p_subscription text,
    p_since        timestamptz,
    p_filter       jsonb DEFAULT '{}',
    p_dry_run      boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription record;
    v_types        text[];
    v_letters      bigint[];
    v_too_old      bigint;
    v_retries      bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._checked_time('p_since', p_since);
    v_subscription := c360._sending_subscription(p_tenant, p_subscription);
    v_types := c360._filter_types(v_subscription.topics, p_filter);

    SELECT
        coalesce(array_agg(letter.dead_letter_id) FILTER (WHERE letter.is_young), '{}'),
        count(*) FILTER (WHERE NOT letter.is_young)
    INTO v_letters, v_too_old
    FROM (
        SELECT
            dead.dead_letter_id,
            dead.message_at >= clock_timestamp() - coalesce(v_subscription.max_age, interval '1000 years') AS is_young
        FROM c360.dead_letters AS dead
        WHERE dead.subscription_id = v_subscription.subscription_id
          AND dead.replayed_at IS NULL
          AND dead.died_at >= p_since
          AND c360._wants_type(v_types, dead.type)
          AND (NOT p_filter ? 'key' OR dead.key = p_filter ->> 'key')
    ) AS letter;

    SELECT count(*)
    INTO v_retries
    FROM c360.parked_deliveries AS parked
    WHERE parked.subscription_id = v_subscription.subscription_id
      AND NOT parked.is_behind;

    IF NOT p_dry_run THEN
        PERFORM c360.replay_dead_letters(p_tenant, p_subscription, v_letters);

        UPDATE c360.parked_deliveries AS parked
        SET due_at = clock_timestamp()
        WHERE parked.subscription_id = v_subscription.subscription_id
          AND NOT parked.is_behind
          AND parked.due_at > clock_timestamp();

        UPDATE c360.subscription_states AS state
        SET circuit_until = least(state.circuit_until, clock_timestamp())
        WHERE state.subscription_id = v_subscription.subscription_id
          AND state.circuit_until > clock_timestamp();
    END IF;

    RETURN jsonb_build_object('dead_letters', cardinality(v_letters), 'too_old', v_too_old, 'retries', v_retries);
END;
$$;

COMMENT ON FUNCTION c360.recover_subscription(text, text, timestamptz, jsonb, boolean) IS
    'Sends everything again that failed for a webhook since a time; returns how many dead letters and retries.';
