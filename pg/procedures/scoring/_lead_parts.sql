-- What each rule of leads says of golden records, all of them for NULL: the value it looked at and its points, 0 where it does not hold. A
-- rule about a masked attribute says nothing of anybody: no value, no points. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_parts(p_tenant text, p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, rule text, item jsonb, value text, points numeric, is_masked boolean)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    v_today  date;
    v_rules  jsonb := c360._score_settings(p_tenant, 'lead');
    v_masked text[] := ARRAY(
        SELECT hidden.attribute
        FROM c360._masked_attributes(p_tenant) AS hidden
        UNION ALL
        SELECT hidden.metric
        FROM c360._masked_metrics(p_tenant) AS hidden
    );
BEGIN
    SELECT (now() AT TIME ZONE tenant.time_zone)::date
    INTO v_today
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    SELECT
        profile.master_profile_id,
        rule.key,
        rule.value,
        CASE WHEN NOT hidden.is_so THEN seen.value END,
        CASE
            WHEN NOT hidden.is_so AND CASE
                WHEN rule.value ? 'equals' THEN seen.value = rule.value ->> 'equals'
                WHEN rule.value ? 'attribute' THEN seen.value NOT IN ('', '[]', '{}')
                ELSE seen.value::numeric >= coalesce((rule.value ->> 'at_least')::numeric, 1)
            END THEN (rule.value ->> 'points')::numeric
            ELSE 0
        END,
        hidden.is_so
    FROM cdp_master_profiles AS profile
    LEFT JOIN cdp_metric_values AS known ON known.master_profile_id = profile.master_profile_id
    CROSS JOIN jsonb_each(v_rules) AS rule
    CROSS JOIN LATERAL (
        -- Rules about events tell the attribute that says how often somebody did what.
        SELECT coalesce(rule.value ->> 'attribute', rule.value ->> 'metric', 'event_summary') = ANY (v_masked) AS is_so
    ) AS hidden
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN rule.value ? 'event' THEN (
                SELECT coalesce(sum(own.kept_count + own.past_count), 0)::text
                FROM cdp_profile_links AS link
                JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
                WHERE link.master_profile_id = profile.master_profile_id
                  AND own.event_name = rule.value ->> 'event'
                  AND own.day > v_today - coalesce((rule.value ->> 'within_days')::integer, 30)
                  AND own.day <= v_today
            )
            WHEN rule.value ? 'attribute' THEN to_jsonb(profile.*) ->> (rule.value ->> 'attribute')
            ELSE to_jsonb(known.*) ->> (rule.value ->> 'metric')
        END AS value
    ) AS seen
    WHERE profile.status <> 'merged'
      AND (p_master_profile_ids IS NULL OR profile.master_profile_id = ANY (p_master_profile_ids));
END;
$$;

COMMENT ON FUNCTION c360._lead_parts(text, uuid[]) IS
    'What each rule of leads says of golden records.';
