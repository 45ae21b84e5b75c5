-- Lists failed attempts of a webhook, newest first: which message, which attempt, what was answered. Deliveries that went well are counted
-- and not listed: see subscription_stats(). What the endpoint answered may repeat what it was sent: that it said something is shown, what
-- is in c360.as_sent(), for administrators. Safe to repeat; reads only.
--   p_filter: any of {"message_id", "since", "until", "error", "status"}
-- Raises: U4404 of the tenant; U4426 limit_out_of_bounds; U5404 subscription_not_found; U5421 subscription_invalid for a filter that is none

CREATE OR REPLACE FUNCTION c360.list_attempts(
    p_tenant       text,
    p_subscription text,
    p_filter       jsonb DEFAULT '{}',
    p_limit        integer DEFAULT 100
)
    RETURNS SETOF jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id     uuid;
    v_filter record;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_id := c360._find_subscription(p_tenant, p_subscription);
    SELECT *
    INTO v_filter
    FROM c360._attempt_filter(p_filter);

    RETURN QUERY
    SELECT jsonb_build_object(
        'attempt_id', attempt.attempt_id,
        'at', attempt.at,
        'message_id', message.message_id,
        'type', message.type,
        'key', message.key,
        'attempt', attempt.attempt,
        'error', attempt.error,
        'status', attempt.status,
        'duration_ms', attempt.duration_ms,
        'answer', CASE WHEN attempt.answer = '' OR attempt.error = 'cleartext' THEN attempt.answer ELSE '****' END
    )
    FROM c360.delivery_attempts AS attempt
    LEFT JOIN LATERAL (
        SELECT
            log.message_id,
            log.type,
            log.key
        FROM c360.messages AS log
        WHERE log.seq = attempt.message_seq
          AND log.tenant = p_tenant
        LIMIT 1
    ) AS message ON true
    WHERE attempt.subscription_id = v_id
      AND attempt.at >= v_filter.since
      AND attempt.at < v_filter.until
      AND (v_filter.error IS NULL OR attempt.error = v_filter.error)
      AND (v_filter.status IS NULL OR attempt.status = v_filter.status)
      AND (v_filter.message_id IS NULL OR message.message_id = v_filter.message_id)
    ORDER BY
        attempt.at DESC,
        attempt.attempt_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.list_attempts(text, text, jsonb, integer) IS
    'Failed attempts of a webhook, newest first: message, attempt, error, status, duration.';
