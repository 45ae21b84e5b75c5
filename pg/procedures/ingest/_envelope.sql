-- What a batch says about all its events; members of the wrong JSON type are left out, they would spoil every event.

CREATE OR REPLACE FUNCTION c360._envelope(p_batch jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(member.key, member.value), '{}')
    FROM jsonb_each(p_batch) AS member
    WHERE (member.key IN ('context', 'integrations') AND jsonb_typeof(member.value) = 'object')
       OR (member.key = 'sentAt' AND jsonb_typeof(member.value) = 'string');
$$;

COMMENT ON FUNCTION c360._envelope(jsonb) IS
    'context, integrations and sentAt of a batch, which apply to each of its events.';
