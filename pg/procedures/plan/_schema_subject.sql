-- What the schema of an event is about: its traits for identify and group, its properties else; {} where it has none. Pure.

CREATE OR REPLACE FUNCTION c360._schema_subject(
    p_type    text,
    p_payload jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT coalesce(p_payload -> CASE WHEN p_type IN ('identify', 'group') THEN 'traits' ELSE 'properties' END, '{}')
$$;

COMMENT ON FUNCTION c360._schema_subject(text, jsonb) IS
    'The part of an event that its schema is about.';
