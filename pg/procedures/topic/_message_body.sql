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
        || ',"timestamp":"' || to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","tenant":' || to_json(p_tenant)::text
        || ',"data":' || coalesce(p_data::text, '{}')
        || '}';
$$;

COMMENT ON FUNCTION c360._message_body(text, text, timestamptz, jsonb) IS
    'The JSON text of a message: type, timestamp, tenant, data, in this order.';
