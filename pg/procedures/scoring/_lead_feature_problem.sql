-- What is wrong with one feature of a model of leads; NULL when nothing is. Pure.

CREATE OR REPLACE FUNCTION c360._lead_feature_problem(p_name text, p_feature jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_name !~ '^[^[:cntrl:][:space:]]([^[:cntrl:]]{0,98}[^[:cntrl:][:space:]])?$' THEN 'no name for a feature'
        WHEN jsonb_typeof(p_feature) <> 'object' THEN 'a feature is an object'
        WHEN (p_feature ? 'event')::integer + (p_feature ? 'attribute')::integer + (p_feature ? 'metric')::integer <> 1 THEN
            'give one of event, attribute and metric'
        WHEN jsonb_typeof(p_feature -> 'event') <> 'string' THEN 'event is the name of one'
        WHEN p_feature ? 'attribute' THEN CASE
            WHEN p_feature - ARRAY['attribute', 'equals'] <> '{}' THEN 'beside attribute there is equals'
            WHEN jsonb_typeof(p_feature -> 'attribute') <> 'string' THEN 'attribute is the name of one'
            WHEN jsonb_typeof(coalesce(p_feature -> 'equals', '""')) <> 'string' THEN 'equals is a text'
        END
        WHEN p_feature - ARRAY['event', 'metric', 'within_days'] <> '{}' THEN 'beside event and metric there is within_days'
        WHEN (p_feature ->> 'metric') NOT IN ('active_days', 'total_events', 'days_since_first', 'days_since_last') THEN
            'metric is one of active_days, total_events, days_since_first, days_since_last'
        WHEN p_feature ? 'within_days' AND starts_with(p_feature ->> 'metric', 'days_since') THEN 'days since have no within_days'
        WHEN NOT c360._is_whole_number_between(coalesce(p_feature -> 'within_days', '30'), 1, 3650) THEN 'within_days is a whole number from 1 to 3650'
    END;
$$;

COMMENT ON FUNCTION c360._lead_feature_problem(text, jsonb) IS
    'What cannot be right in one feature of a model of leads.';
