-- The part of a message between its type and its data, the same for all messages of one moment: for those who write many.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._message_context(
    p_tenant text,
    p_at     timestamptz
)
    RETURNS text
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT ',"timestamp":"' || to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","tenant":' || to_json(p_tenant)::text
        || ',"data":';
$$;

COMMENT ON FUNCTION c360._message_context(text, timestamptz) IS
    'Timestamp and tenant of a message, as they stand in its body.';
