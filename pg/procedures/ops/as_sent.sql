-- Gives administrators of a tenant what readers see masked or not at all: the payload of an event (p_kind event) or a rejected
-- event (rejected_event), the body of a message (message, by its seq), the address of a webhook (subscription), what an endpoint answered
-- to an attempt (attempt). p_ids are their numbers or ids as texts; unknown ones, and those of other tenants, are left out.
-- Safe to repeat; reads only.
-- Raises: U4404 tenant_not_found, U4421 kind_not_known

CREATE OR REPLACE FUNCTION c360.as_sent(
    p_tenant text,
    p_kind   text,
    p_ids    text[]
)
    RETURNS TABLE (id text, content text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_numbers bigint[] := ARRAY(
        SELECT given.id::bigint
        FROM unnest(p_ids) AS given (id)
        WHERE pg_input_is_valid(given.id, 'bigint')
    );
    v_uuids uuid[] := ARRAY(
        SELECT given.id::uuid
        FROM unnest(p_ids) AS given (id)
        WHERE pg_input_is_valid(given.id, 'uuid')
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    CASE p_kind
        WHEN 'event' THEN
            RETURN QUERY
            SELECT
                event.event_id::text,
                event.payload::text
            FROM cdp_behavioral_events AS event
            WHERE event.event_id = ANY (v_numbers);
        WHEN 'rejected_event' THEN
            RETURN QUERY
            SELECT
                rejected.rejected_event_id::text,
                rejected.payload
            FROM cdp_rejected_events AS rejected
            WHERE rejected.rejected_event_id = ANY (v_numbers);
        WHEN 'message' THEN
            RETURN QUERY
            SELECT
                message.seq::text,
                message.body
            FROM c360.messages AS message
            WHERE message.tenant = p_tenant
              AND message.seq = ANY (v_numbers);
        WHEN 'subscription' THEN
            RETURN QUERY
            SELECT
                subscription.subscription_id::text,
                subscription.url
            FROM c360.subscriptions AS subscription
            WHERE subscription.tenant = p_tenant
              AND subscription.subscription_id = ANY (v_uuids);
        WHEN 'attempt' THEN
            RETURN QUERY
            SELECT
                attempt.attempt_id::text,
                attempt.answer
            FROM c360.delivery_attempts AS attempt
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = attempt.subscription_id
            WHERE subscription.tenant = p_tenant
              AND attempt.attempt_id = ANY (v_numbers);
        ELSE
            RAISE EXCEPTION 'nothing of kind "%" is kept as it was sent', p_kind
                USING ERRCODE = 'U4421',
                      HINT = 'There are event, rejected_event, message, subscription and attempt.';
    END CASE;
END;
$$;

COMMENT ON FUNCTION c360.as_sent(text, text, text[]) IS
    'What was sent, whole and not masked: events, rejected events, messages, addresses of webhooks, answers of endpoints.';
