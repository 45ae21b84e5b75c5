-- Writes a change of an API key into the audit log and into c360-synch-events. Never the key or its hash.

CREATE OR REPLACE FUNCTION c360._note_key_change(p_tenant text, p_action text, p_name text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.audit_log (actor, tenant, action, object)
    VALUES (c360._caller(), p_tenant, p_action, 'api_keys/' || p_name);

    PERFORM c360._publish(
        p_tenant,
        'c360-synch-events',
        'metadata.changed',
        p_tenant,
        jsonb_build_object('action', p_action, 'object', 'api_keys/' || p_name)
    );
END;
$$;

COMMENT ON FUNCTION c360._note_key_change(text, text, text) IS
    'Tells the audit log and c360-synch-events that an API key was created or revoked.';
