-- The statement c360.refresh_scores runs, for the score columns a tenant has. $1 is the tenant, $2 the point in time.
-- One statement, so that scores, messages and the model row come from the same snapshot. Raises nothing.

CREATE OR REPLACE FUNCTION c360._refresh_scores_sql(p_columns text[])
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT format(
        $statement$
            WITH scored AS MATERIALIZED (
                SELECT
                    rfm.master_profile_id,
                    rfm.recency_days,
                    rfm.frequency,
                    rfm.monetary,
                    rfm.unpriced_orders,
                    rfm.other_currency_orders,
                    rfm.unmatched_refunds,
                    rfm.future_orders,
                    rfm.unreadable_amounts,
                    rfm.cut_points,
                    rfm.segment AS rfm_segment,
                    rfm.recency_score AS rfm_recency_score,
                    rfm.frequency_score AS rfm_frequency_score,
                    rfm.monetary_score AS rfm_monetary_score,
                    nullif(jsonb_strip_nulls(jsonb_build_object(
                        'unpriced_orders', nullif(rfm.unpriced_orders, 0),
                        'other_currency_orders', nullif(rfm.other_currency_orders, 0),
                        'unmatched_refunds', nullif(rfm.unmatched_refunds, 0),
                        'future_orders', nullif(rfm.future_orders, 0),
                        'unreadable_amounts', nullif(rfm.unreadable_amounts, 0)
                    )), '{}') AS purchase_warnings,
                    CASE
                        WHEN rfm.last_purchase_at IS NOT NULL THEN coalesce((
                            SELECT band.score
                            FROM c360.recency_bands AS band
                            WHERE band.within_days >= rfm.recency_days
                            ORDER BY band.within_days
                            LIMIT 1
                        ), 0)
                    END AS recency_score
                FROM c360._rfm($1, $2) AS rfm
            ),
            differing AS MATERIALIZED (
                SELECT
                    stored.master_profile_id IS NOT NULL AS is_stored,
                    coalesce(fresh.master_profile_id, stored.master_profile_id) AS master_profile_id,
                    %4$s AS old_segment,
                    fresh.rfm_segment AS new_segment,
                    fresh.recency_days,
                    fresh.frequency,
                    fresh.monetary,
                    fresh.rfm_recency_score * 100 + fresh.rfm_frequency_score * 10 + fresh.rfm_monetary_score AS rfm_score
                    %1$s
                FROM scored AS fresh
                FULL JOIN cdp_profile_metrics AS stored ON stored.master_profile_id = fresh.master_profile_id
                WHERE ROW(0 %1$s) IS DISTINCT FROM ROW(0 %2$s)
            ),
            -- Rows the resolver is working on are left to the next refresh: waiting for it could end in a deadlock.
            free AS MATERIALIZED (
                SELECT stored.master_profile_id
                FROM cdp_profile_metrics AS stored
                JOIN differing ON differing.master_profile_id = stored.master_profile_id
                ORDER BY stored.master_profile_id
                FOR UPDATE OF stored SKIP LOCKED
            ),
            changed AS MATERIALIZED (
                SELECT differing.*
                FROM differing
                WHERE NOT differing.is_stored
                   OR differing.master_profile_id IN (SELECT free.master_profile_id FROM free)
            ),
            written AS (
                INSERT INTO cdp_profile_metrics AS kept (master_profile_id %3$s)
                SELECT
                    fresh.master_profile_id
                    %1$s
                FROM changed AS fresh
                ORDER BY fresh.master_profile_id
                ON CONFLICT (master_profile_id) DO UPDATE
                SET refreshed_at = now()
                    %5$s
            ),
            moved AS MATERIALIZED (
                SELECT
                    changed.*,
                    tenant.default_currency
                FROM changed
                JOIN cdp_master_profiles AS profile ON profile.master_profile_id = changed.master_profile_id
                JOIN c360.tenants AS tenant ON tenant.tenant = $1
                WHERE profile.status = 'active'
                  AND changed.old_segment IS DISTINCT FROM changed.new_segment
                  AND %6$L
            ),
            told AS (
                INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
                SELECT
                    c360._uuid7(),
                    $1,
                    'c360-activation-events',
                    'score.changed',
                    moved.master_profile_id::text,
                    c360._message_body('score.changed', $1, now(), jsonb_build_object(
                        'profile_id', moved.master_profile_id,
                        'score', 'rfm_segment',
                        'from', moved.old_segment,
                        'to', moved.new_segment,
                        'as_of', $2,
                        'rfm_score', moved.rfm_score,
                        'recency_days', moved.recency_days,
                        'frequency', moved.frequency,
                        'monetary', moved.monetary,
                        'currency', moved.default_currency
                    ) - c360._masked_scores($1))
                FROM moved
                WHERE c360._message_mode($1, 'c360-activation-events') = 'all'
                ORDER BY moved.master_profile_id
            ),
            told_in_all AS (
                INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
                SELECT
                    c360._uuid7(),
                    $1,
                    'c360-activation-events',
                    'scores.changed',
                    $1,
                    c360._message_body('scores.changed', $1, now(), jsonb_build_object(
                        'score', 'rfm_segment',
                        'profiles', count(*),
                        'as_of', $2
                    ))
                FROM moved
                WHERE c360._message_mode($1, 'c360-activation-events') = 'summary'
                HAVING count(*) > 0
            ),
            summary AS (
                SELECT
                    count(*) FILTER (WHERE scored.frequency > 0) AS profile_count,
                    (array_agg(scored.cut_points) FILTER (WHERE scored.cut_points IS NOT NULL))[1] AS cut_points,
                    jsonb_build_object(
                        'unpriced_orders', coalesce(sum(scored.unpriced_orders), 0),
                        'other_currency_orders', coalesce(sum(scored.other_currency_orders), 0),
                        'unmatched_refunds', coalesce(sum(scored.unmatched_refunds), 0),
                        'future_orders', coalesce(sum(scored.future_orders), 0),
                        'unreadable_amounts', coalesce(sum(scored.unreadable_amounts), 0)
                    ) AS warnings
                FROM scored
            ),
            modelled AS (
                INSERT INTO c360.score_models AS model (
                    tenant,
                    model,
                    unit,
                    status,
                    as_of,
                    profile_count,
                    parameters,
                    warnings
                )
                SELECT
                    $1,
                    'rfm',
                    'days, orders, ' || tenant.default_currency,
                    CASE WHEN summary.profile_count > 0 THEN 'computed' ELSE 'empty' END,
                    $2,
                    summary.profile_count,
                    jsonb_build_object('cut_points', summary.cut_points)
                        || jsonb_strip_nulls(jsonb_build_object('window', c360._rfm_settings($1) -> 'time_window')),
                    summary.warnings
                FROM summary
                JOIN c360.tenants AS tenant ON tenant.tenant = $1
                ON CONFLICT (tenant, model) DO UPDATE
                SET unit = excluded.unit,
                    status = excluded.status,
                    as_of = excluded.as_of,
                    profile_count = excluded.profile_count,
                    parameters = excluded.parameters,
                    warnings = excluded.warnings,
                    refreshed_at = excluded.refreshed_at
            )
            SELECT jsonb_build_object(
                'as_of', $2,
                'profiles', (SELECT summary.profile_count FROM summary),
                'changed', (SELECT count(*) FROM changed),
                'postponed', (SELECT count(*) FROM differing) - (SELECT count(*) FROM changed),
                'segments_changed', (SELECT count(*) FROM moved)
            )
            FROM c360._touch_profiles(ARRAY(SELECT changed.master_profile_id FROM changed))
        $statement$,
        coalesce(string_agg(format(', fresh.%I', score.attribute), '' ORDER BY score.attribute), ''),
        coalesce(string_agg(format(', stored.%I', score.attribute), '' ORDER BY score.attribute), ''),
        coalesce(string_agg(format(', %I', score.attribute), '' ORDER BY score.attribute), ''),
        CASE WHEN 'rfm_segment' = ANY (p_columns) THEN 'stored.rfm_segment' ELSE 'NULL::text' END,
        coalesce(string_agg(format(', %1$I = excluded.%1$I', score.attribute), '' ORDER BY score.attribute), ''),
        'rfm_segment' = ANY (p_columns)
    )
    FROM unnest(p_columns) AS score (attribute);
$$;

COMMENT ON FUNCTION c360._refresh_scores_sql(text[]) IS
    'The statement that writes these score columns, their messages and the model row.';
