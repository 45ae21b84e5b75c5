-- Renders the exact text a receiver gets: Standard Webhooks order (type, timestamp, data) with the tenant between.
-- Text and not jsonb, because jsonb would reorder the keys and a signature covers bytes. Raises nothing.

CREATE OR REPLACE FUNCTION c360._message_body(
    p_type   text,
    p_tenant text,
    p_at     timestamptz,
    p_data   jsonb
)
    RETURNS text
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT '{"type":' || to_json(p_type)::text
        || c360._message_context(p_tenant, p_at)
        || coalesce(p_data::text, '{}')
        || '}';
$$;

COMMENT ON FUNCTION c360._message_body(text, text, timestamptz, jsonb) IS
    'The JSON text of a message: type, timestamp, tenant, data, in this order.';
