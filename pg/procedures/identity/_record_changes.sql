-- Writes history and messages for what a batch did to golden records. p_profile[i] had p_change[i] (created, updated,
-- merged, split) in its links, p_other[i] is the record absorbed or split from; p_changes names the attributes that a
-- rebuild changed, {profile_id: [attribute]}; p_edited were edited by a person, which made its version already.
-- A record whose links moved but whose attributes did not is not news. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._record_changes(
    p_tenant   text,
    p_profile  uuid[],
    p_change   text[],
    p_other    uuid[],
    p_rule     text[],
    p_evidence jsonb[],
    p_changes  jsonb,
    p_edited   uuid[],
    p_at       timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_ids     uuid[];
    v_kinds   text[];
    v_reasons jsonb[];
BEGIN
    WITH linked AS MATERIALIZED (
        SELECT *
        FROM unnest(p_profile, p_change, p_other, p_rule, p_evidence) AS linked (id, change, other, rule, evidence)
        WHERE linked.change <> 'updated'
    ),
    every AS (
        SELECT
            linked.id,
            linked.change
        FROM linked
        UNION ALL
        SELECT
            changed.id::uuid,
            'updated'
        FROM jsonb_object_keys(p_changes) AS changed (id)
        UNION ALL
        SELECT
            edited.id,
            'edited'
        FROM unnest(p_edited) AS edited (id)
    ),
    -- One line per golden record: what counts most.
    news AS (
        SELECT DISTINCT ON (every.id)
            every.id,
            every.change
        FROM every
        ORDER BY
            every.id,
            array_position(ARRAY['merged', 'split', 'created', 'updated', 'edited'], every.change)
    ),
    reason AS (
        SELECT
            linked.id,
            jsonb_agg(
                jsonb_build_object('absorbed_id', linked.other, 'rule', linked.rule, 'evidence', linked.evidence)
                ORDER BY linked.other
            ) FILTER (WHERE linked.change = 'merged') AS merged,
            (array_agg(linked.other) FILTER (WHERE linked.change = 'split'))[1] AS from_profile_id
        FROM linked
        WHERE linked.change IN ('merged', 'split')
        GROUP BY linked.id
    )
    SELECT
        coalesce(array_agg(news.id ORDER BY news.id), '{}'),
        coalesce(array_agg(news.change ORDER BY news.id), '{}'),
        coalesce(
            array_agg(
                jsonb_strip_nulls(
                    jsonb_build_object(
                        'changed', coalesce(p_changes -> news.id::text, '[]'),
                        'merged', reason.merged,
                        'from_profile_id', reason.from_profile_id
                    )
                )
                ORDER BY news.id
            ),
            '{}'
        )
    INTO
        v_ids,
        v_kinds,
        v_reasons
    FROM news
    LEFT JOIN reason USING (id);

    -- A merge or split is a version of its own even where no attribute changed.
    UPDATE cdp_master_profiles AS profile
    SET version = profile.version + 1,
        updated_at = p_at
    FROM unnest(v_ids, v_kinds) AS news (id, kind)
    WHERE profile.master_profile_id = news.id
      AND news.kind IN ('merged', 'split')
      AND NOT p_changes ? news.id::text;

    PERFORM c360._write_history(v_ids, v_kinds, v_reasons, p_at);
    PERFORM c360._write_history(
        array_agg(gone.absorbed),
        array_agg('absorbed'::text),
        array_agg(jsonb_build_object('survivor_id', gone.survivor, 'rule', gone.rule, 'evidence', gone.evidence)),
        p_at
    )
    FROM unnest(p_profile, p_change, p_other, p_rule, p_evidence) AS gone (survivor, change, absorbed, rule, evidence)
    WHERE gone.change = 'merged';
    PERFORM c360._publish_changes(p_tenant, v_ids, v_kinds, v_reasons, p_at);

    RETURN (
        SELECT jsonb_build_object(
            'created', count(*) FILTER (WHERE kind = 'created'),
            'updated', count(*) FILTER (WHERE kind IN ('updated', 'edited')),
            'merged', (SELECT count(*) FROM unnest(p_change) AS change WHERE change = 'merged'),
            'split', count(*) FILTER (WHERE kind = 'split')
        )
        FROM unnest(v_kinds) AS kind
    );
END;
$$;

COMMENT ON FUNCTION c360._record_changes(text, uuid[], text[], uuid[], text[], jsonb[], jsonb, uuid[], timestamptz) IS
    'Writes the new versions of golden records into the history and publishes them.';
