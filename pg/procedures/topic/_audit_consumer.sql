-- Writes into the audit log what a person did to a consumer. Not safe to repeat: each call is one entry. Raises nothing.

CREATE OR REPLACE FUNCTION c360._audit_consumer(
    p_tenant    text,
    p_topic     text,
    p_consumer  text,
    p_operation text,
    p_detail    jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'topic_consumers.' || p_operation, p_topic || '/' || p_consumer, jsonb_strip_nulls(p_detail));
$$;

COMMENT ON FUNCTION c360._audit_consumer(text, text, text, text, jsonb) IS
    'Notes in the audit log that a consumer was added, removed or replayed.';
