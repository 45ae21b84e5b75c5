-- Writes history and messages for what a batch did to golden records, each once, from the documents the rebuild made.
-- p_profile to p_evidence say which golden records links merged or split, as parallel arrays: change being merged or split,
-- other the record absorbed or split from. p_rebuilt_* is what rebuild_profiles answered, p_metrics_* what refresh_activity
-- did; p_edited were edited by a person, which made its version already.
-- A record whose links moved but whose attributes did not is not news. The caller holds the rows of the golden records
-- locked, so that the messages of one record commit in the order of its versions; a merge is one message for each record
-- absorbed. Where c360.messages says so, history alone is written, or one message with counts. Answers how many were created, updated and split. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._record_changes(
    p_tenant          text,
    p_profile         uuid[],
    p_change          text[],
    p_other           uuid[],
    p_rule            text[],
    p_evidence        jsonb[],
    p_edited          uuid[],
    p_rebuilt         uuid[],
    p_rebuilt_changed jsonb[],
    p_rebuilt_version integer[],
    p_rebuilt_is_news boolean[],
    p_rebuilt_profile jsonb[],
    p_metrics_of      uuid[],
    p_metrics         jsonb[],
    p_at              timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
    SET enable_nestloop = off
    SET enable_hashjoin = on
    SET plan_cache_mode = force_generic_plan
    SET work_mem = '16MB'
AS $$
DECLARE
    v_masks   jsonb := c360._masks(p_tenant);
    v_masked  text[] := ARRAY(SELECT jsonb_object_keys(v_masks));
    v_types   text[] := c360._masked_identifier_types(p_tenant);
    v_salt    text := gen_random_uuid()::text;
    v_context text := c360._message_context(p_tenant, p_at);
    v_mode    text := c360._message_mode(p_tenant, 'c360-updated-profiles');
    v_counts  jsonb;
    v_merged  bigint;
BEGIN
    WITH linked AS (
        SELECT
            moved.id,
            min(array_position('{merged,split}', moved.change)) AS rank,
            jsonb_agg(
                jsonb_build_object('absorbed_id', moved.other, 'rule', moved.rule, 'evidence', moved.evidence)
                ORDER BY moved.other
            ) FILTER (WHERE moved.change = 'merged') AS merged,
            min(moved.other::text) FILTER (WHERE moved.change = 'split') AS from_profile_id
        FROM unnest(p_profile, p_change, p_other, p_rule, p_evidence) AS moved (id, change, other, rule, evidence)
        GROUP BY moved.id
    ),
    edited AS (
        SELECT listed.id
        FROM unnest(p_edited) AS listed (id)
        GROUP BY listed.id
    ),
    news AS MATERIALIZED (
        SELECT
            rebuilt.id,
            rebuilt.version,
            rebuilt.profile,
            rebuilt.changed,
            linked.merged,
            linked.from_profile_id,
            coalesce(rebuilt.profile || metrics.doc, rebuilt.profile) AS shown,
            CASE
                WHEN linked.rank IS NOT NULL THEN (ARRAY['merged', 'split'])[linked.rank]
                WHEN rebuilt.is_news AND rebuilt.version = 1 THEN 'created'
                WHEN rebuilt.is_news THEN 'updated'
                ELSE 'edited'
            END AS change
        FROM unnest(p_rebuilt, p_rebuilt_changed, p_rebuilt_version, p_rebuilt_is_news, p_rebuilt_profile)
            AS rebuilt (id, changed, version, is_news, profile)
        LEFT JOIN linked ON linked.id = rebuilt.id
        LEFT JOIN edited ON edited.id = rebuilt.id
        LEFT JOIN unnest(p_metrics_of, p_metrics) AS metrics (id, doc) ON metrics.id = rebuilt.id
        WHERE rebuilt.is_news
           OR edited.id IS NOT NULL
    ),
    told AS (
        INSERT INTO cdp_profile_history (master_profile_id, version, change, profile, valid_from, reason)
        SELECT
            news.id,
            news.version,
            news.change,
            news.profile,
            p_at,
            jsonb_build_object('changed', news.changed)
            || CASE WHEN news.merged IS NULL THEN '{}' ELSE jsonb_build_object('merged', news.merged) END
            || CASE WHEN news.from_profile_id IS NULL THEN '{}' ELSE jsonb_build_object('from_profile_id', news.from_profile_id) END
        FROM news
        WHERE news.change <> 'edited'
    ),
    message AS (
        SELECT
            news.id,
            -- A golden record has a message for each record it absorbed.
            coalesce(merge.detail ->> 'absorbed_id', news.id::text) AS about,
            'profile.' || CASE news.change WHEN 'edited' THEN 'updated' ELSE news.change END AS type,
            '{"profile_id":"' || news.id::text
                || '","version":' || news.version::text
                || ',"changed":' || CASE news.change WHEN 'edited' THEN c360._edited_attributes(news.id) ELSE news.changed END::text
                || ',"profile":' || CASE
                    WHEN news.shown ?| v_masked THEN c360._masked_members(news.shown, v_masks)
                    ELSE news.shown
                END::text
                || CASE news.change
                    WHEN 'merged' THEN ',"survivor_id":"' || news.id::text || '",' || substr((merge.detail)::text, 2)
                    WHEN 'split' THEN ',"from_profile_id":' || coalesce(to_json(news.from_profile_id)::text, 'null') || '}'
                    ELSE '}'
                END AS data
        FROM news
        LEFT JOIN LATERAL (
            SELECT CASE
                WHEN split_part(absorbed.detail #>> '{evidence,identifier_type}', ':', 1) = ANY (v_types)
                    OR split_part(absorbed.detail #>> '{evidence,survivor_identifier_type}', ':', 1) = ANY (v_types)
                    OR absorbed.detail -> 'evidence' ? 'reason'
                    THEN absorbed.detail || jsonb_build_object(
                        'evidence', c360._masked_evidence(p_tenant, absorbed.detail -> 'evidence')
                    )
                ELSE absorbed.detail
            END AS detail
            FROM jsonb_array_elements(news.merged) AS absorbed (detail)
        ) AS merge ON news.change = 'merged'
    ),
    published AS (
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT
            c360._uuid7_of(v_salt || message.about),
            p_tenant,
            'c360-updated-profiles',
            message.type,
            message.id::text,
            '{"type":"' || message.type || '"' || v_context || message.data || '}'
        FROM message
        WHERE v_mode = 'all'
    )
    SELECT
        jsonb_build_object(
            'created', count(*) FILTER (WHERE news.change = 'created'),
            'updated', count(*) FILTER (WHERE news.change IN ('updated', 'edited')),
            'split', count(*) FILTER (WHERE news.change = 'split')
        ),
        sum(jsonb_array_length(news.merged)) FILTER (WHERE news.change = 'merged')
    INTO
        v_counts,
        v_merged
    FROM news;

    IF v_mode = 'summary' AND (v_merged > 0 OR v_counts <> '{"created": 0, "updated": 0, "split": 0}') THEN
        PERFORM c360._publish(
            p_tenant, 'c360-updated-profiles', 'profiles.changed', p_tenant,
            v_counts || jsonb_build_object('merged', coalesce(v_merged, 0)), p_at
        );
    END IF;

    RETURN v_counts;
END;
$$;

COMMENT ON FUNCTION c360._record_changes(
    text, uuid[], text[], uuid[], text[], jsonb[], uuid[], uuid[], jsonb[], integer[], boolean[], jsonb[], uuid[], jsonb[], timestamptz
) IS
    'Writes the new versions of golden records into the history and publishes them.';
