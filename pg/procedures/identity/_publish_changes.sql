-- Publishes changes of golden records to c360-updated-profiles, keyed by profile id. The caller holds the rows of these
-- golden records locked, so that the messages of one record commit in the order of its versions. A merge is one message
-- for each record absorbed. The history has each version already, so its document is read there and not made again, and so
-- is what an edit changed. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._publish_changes(
    p_tenant  text,
    p_ids     uuid[],
    p_kinds   text[],
    p_reasons jsonb[],
    p_at      timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_masked text[] := ARRAY(
        SELECT hidden.attribute
        FROM c360.profile_attributes AS hidden
        WHERE hidden.tenant = p_tenant
          AND hidden.is_masked
    );
BEGIN
    WITH news AS (
        SELECT
            changed.id,
            CASE WHEN changed.kind = 'edited' THEN 'updated' ELSE changed.kind END AS kind,
            CASE
                WHEN changed.kind = 'edited' THEN coalesce(edit.reason, changed.reason)
                ELSE changed.reason
            END AS reason
        FROM unnest(p_ids, p_kinds, p_reasons) AS changed (id, kind, reason)
        LEFT JOIN LATERAL (
            SELECT history.reason
            FROM cdp_profile_history AS history
            WHERE history.master_profile_id = changed.id
              AND history.change = 'edited'
              AND changed.kind = 'edited'
            ORDER BY history.version DESC
            LIMIT 1
        ) AS edit ON true
    ),
    shown AS MATERIALIZED (
        SELECT
            wanted.id,
            golden.version,
            golden.document || coalesce(
                (
                    SELECT c360._profile_document(to_jsonb(metrics))
                    FROM cdp_profile_metrics AS metrics
                    WHERE metrics.master_profile_id = wanted.id
                ),
                '{}'
            ) AS profile
        FROM (SELECT DISTINCT id FROM unnest(p_ids) AS id) AS wanted
        CROSS JOIN LATERAL (
            SELECT
                profile.version,
                coalesce(told.profile, c360._profile_document(to_jsonb(profile))) AS document
            FROM cdp_master_profiles AS profile
            LEFT JOIN cdp_profile_history AS told
                ON told.master_profile_id = profile.master_profile_id
                AND told.version = profile.version
            WHERE profile.master_profile_id = wanted.id
            OFFSET 0
        ) AS golden
    ),
    message AS (
        SELECT
            news.id,
            news.kind,
            jsonb_build_object(
                'profile_id', news.id,
                'version', shown.version,
                'changed', coalesce(news.reason -> 'changed', '[]'),
                'profile', CASE
                    WHEN shown.profile ?| v_masked THEN c360._masked_document(p_tenant, shown.profile)
                    ELSE shown.profile
                END
            ) || CASE news.kind
                WHEN 'merged' THEN jsonb_build_object('survivor_id', news.id) || merge.detail
                WHEN 'split' THEN jsonb_build_object('from_profile_id', news.reason -> 'from_profile_id')
                ELSE '{}'
            END AS data
        FROM news
        JOIN shown ON shown.id = news.id
        LEFT JOIN LATERAL jsonb_array_elements(news.reason -> 'merged') AS merge (detail) ON news.kind = 'merged'
    )
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        p_tenant,
        'c360-updated-profiles',
        'profile.' || message.kind,
        message.id::text,
        c360._message_body('profile.' || message.kind, p_tenant, p_at, message.data)
    FROM message
    ORDER BY message.id;
END;
$$;

COMMENT ON FUNCTION c360._publish_changes(text, uuid[], text[], jsonb[], timestamptz) IS
    'Writes profile.created, updated, merged and split messages.';
