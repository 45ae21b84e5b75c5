-- Lists what was given up for a webhook, newest first, without the bodies.
-- Raises: U4404 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.list_dead_letters(
    p_tenant       text,
    p_subscription text,
    p_limit        integer DEFAULT 100
)
    RETURNS SETOF jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    RETURN QUERY
    SELECT to_jsonb(letter.*) - ARRAY['subscription_id', 'tenant', 'body', 'message_xid', 'message_seq']
    FROM c360.dead_letters AS letter
    WHERE letter.subscription_id = v_subscription_id
    ORDER BY letter.died_at DESC, letter.dead_letter_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.list_dead_letters(text, text, integer) IS
    'Messages given up for a webhook, with the reason.';
