-- Gives an administrator of the tenant what it takes to send one signed example of a message now: what prepare_test_message() gives, with
-- another text. It is one of list_message_types(), names nobody, and says that it is an example. Writes nothing.
-- Raises: U4404 of the tenant; U5404 subscription_not_found; U5420 message_type_not_found

CREATE OR REPLACE FUNCTION c360.prepare_example_message(
    p_tenant            text,
    p_subscription      text,
    p_type              text,
    OUT subscription_id uuid,
    OUT url             text,
    OUT timeout_seconds double precision,
    OUT message_id      uuid,
    OUT body            text,
    OUT prepared_at     timestamptz,
    OUT secrets         jsonb
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF NOT EXISTS (SELECT FROM c360.list_message_types() AS known WHERE known.type = p_type) THEN
        RAISE EXCEPTION 'there is no message of type "%"', left(p_type, 100)
            USING ERRCODE = 'U5420',
                  HINT = format('There are %s.', (
                      SELECT string_agg(known.type, ', ' ORDER BY known.topic, known.type)
                      FROM c360.list_message_types() AS known
                  ));
    END IF;

    SELECT
        prepared.subscription_id,
        prepared.url,
        prepared.timeout_seconds,
        prepared.message_id,
        -- Beside type and data, so that data is what it is in a real one.
        left(c360._message_body(known.type, p_tenant, prepared.prepared_at, known.example), -1) || ',"example":true}',
        prepared.prepared_at,
        prepared.secrets
    INTO STRICT
        subscription_id,
        url,
        timeout_seconds,
        message_id,
        body,
        prepared_at,
        secrets
    FROM c360.prepare_test_message(p_tenant, p_subscription) AS prepared
    CROSS JOIN c360.list_message_types() AS known
    WHERE known.type = p_type;
END;
$$;

COMMENT ON FUNCTION c360.prepare_example_message(text, text, text) IS
    'Address, text and encrypted secrets for one example of a message of that type.';
