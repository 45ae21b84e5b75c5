-- Writes changed metadata into the audit log, one row each, and tells the subscribers, one message a tenant. Rows that
-- are the same before and after are left out. Not safe to repeat: each call is one change.
-- Secrets never leave their table: key_hash counts as a change but is not written down. start_snapshot, by which the relay
-- keeps its place, is no metadata.

CREATE OR REPLACE FUNCTION c360._record_metadata_change(
    p_table  text,
    p_key    text,
    p_before jsonb,
    p_after  jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH changed AS MATERIALIZED (
        SELECT
            coalesce(after.item, before.item) ->> 'tenant' AS tenant,
            coalesce(after.item, before.item) ->> p_key AS object,
            CASE
                WHEN before.item IS NULL THEN 'added'
                WHEN after.item IS NULL THEN 'removed'
                ELSE 'changed'
            END AS operation,
            before.item - ARRAY['key_hash', 'start_snapshot'] AS before,
            after.item - ARRAY['key_hash', 'start_snapshot'] AS after
        FROM jsonb_array_elements(p_before) AS before (item)
        FULL JOIN jsonb_array_elements(p_after) AS after (item)
            ON (after.item ->> 'tenant', after.item ->> p_key) = (before.item ->> 'tenant', before.item ->> p_key)
        WHERE before.item - 'start_snapshot' IS DISTINCT FROM after.item - 'start_snapshot'
    ),
    audited AS (
        INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
        SELECT
            c360._actor(),
            changed.tenant,
            p_table || '.' || changed.operation,
            changed.object,
            jsonb_strip_nulls(jsonb_build_object('before', changed.before, 'after', changed.after))
        FROM changed
    )
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        told.tenant,
        'c360-synch-events',
        'metadata.changed',
        p_table,
        c360._message_body('metadata.changed', told.tenant, now(), jsonb_build_object('table', p_table, 'objects', told.objects))
    FROM (
        SELECT
            changed.tenant,
            jsonb_agg(
                jsonb_build_object('object', changed.object, 'operation', changed.operation)
                ORDER BY changed.object
            ) AS objects
        FROM changed
        GROUP BY changed.tenant
    ) AS told;
$$;

COMMENT ON FUNCTION c360._record_metadata_change(text, text, jsonb, jsonb) IS
    'Writes changed metadata into the audit log and sends metadata.changed, secrets left out.';
