-- Computes golden records anew, their metrics with them, and writes history and messages for what became of them. The first
-- arrays say which golden records of the whole batch were merged or split, see _record_changes(). Answers how many of these
-- golden records were created, updated and split. Trusts the search_path and that the golden records are locked. Raises nothing.

CREATE OR REPLACE FUNCTION c360._renew_profiles(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_profile            uuid[],
    p_change             text[],
    p_other              uuid[],
    p_rule               text[],
    p_evidence           jsonb[],
    p_edited             uuid[],
    p_at                 timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_rebuilt    uuid[];
    v_changed    jsonb[];
    v_version    integer[];
    v_is_news    boolean[];
    v_document   jsonb[];
    v_active     uuid[];
    v_known      uuid[];
    v_known_of   jsonb[];
    v_metrics_of uuid[];
    v_metrics    jsonb[];
BEGIN
    SELECT
        array_agg(rebuilt.master_profile_id),
        array_agg(to_jsonb(rebuilt.changed)),
        array_agg(rebuilt.version),
        array_agg(rebuilt.is_news),
        array_agg(rebuilt.profile),
        -- The rebuild knows the metrics of those that nobody saw do anything.
        array_agg(rebuilt.master_profile_id) FILTER (WHERE rebuilt.metrics IS NULL),
        array_agg(rebuilt.master_profile_id) FILTER (WHERE rebuilt.metrics IS NOT NULL),
        array_agg(rebuilt.metrics) FILTER (WHERE rebuilt.metrics IS NOT NULL)
    INTO
        v_rebuilt,
        v_changed,
        v_version,
        v_is_news,
        v_document,
        v_active,
        v_known,
        v_known_of
    FROM rebuild_profiles(
        p_master_profile_ids,
        ARRAY(
            SELECT moved.id
            FROM unnest(p_profile) AS moved (id)
            INTERSECT
            SELECT listed.id
            FROM unnest(p_master_profile_ids) AS listed (id)
        ),
        p_at
    ) AS rebuilt;

    SELECT
        array_agg(refreshed.master_profile_id),
        array_agg(refreshed.metrics)
    INTO
        v_metrics_of,
        v_metrics
    FROM refresh_activity(v_active, v_known, v_known_of) AS refreshed;

    RETURN c360._record_changes(
        p_tenant, p_profile, p_change, p_other, p_rule, p_evidence, p_edited, v_rebuilt, v_changed, v_version, v_is_news,
        v_document, v_metrics_of, v_metrics, p_at
    );
END;
$$;

COMMENT ON FUNCTION c360._renew_profiles(text, uuid[], uuid[], text[], uuid[], text[], jsonb[], uuid[], timestamptz) IS
    'Recomputes golden records of a batch and tells history and subscribers what became of them.';
