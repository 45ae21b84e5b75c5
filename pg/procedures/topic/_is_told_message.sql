-- Whether readers may know of a message at all: who entered or left a segment is told of those that p_segments lists (_told_segments), whom a rule contacted of those
-- that p_rules lists (_told_rules), each for messages since it is listed. Reads nothing.

CREATE OR REPLACE FUNCTION c360._is_told_message(
    p_type       text,
    p_body       text,
    p_created_at timestamptz,
    p_segments   jsonb,
    p_rules      jsonb
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_type IN ('segment.entered', 'segment.left', 'segment.changed') THEN coalesce(
            (p_segments ->> (p_body::jsonb #>> '{data,segment}'))::timestamptz <= p_created_at,
            NOT (p_body::jsonb -> 'data') ? 'segment',
            false
        )
        WHEN p_type = 'activation.requested' THEN coalesce(
            (p_rules ->> (p_body::jsonb #>> '{data,rule}'))::timestamptz <= p_created_at,
            false
        )
        ELSE true
    END;
$$;

COMMENT ON FUNCTION c360._is_told_message(text, text, timestamptz, jsonb, jsonb) IS
    'Whether readers may know of a message at all.';
