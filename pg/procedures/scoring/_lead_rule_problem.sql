-- What is wrong with one rule of leads; NULL when nothing is. Pure.

CREATE OR REPLACE FUNCTION c360._lead_rule_problem(p_name text, p_rule jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_name !~ '^[^[:cntrl:][:space:]]([^[:cntrl:]]{0,58}[^[:cntrl:][:space:]])?$' THEN 'no name for a rule'
        WHEN jsonb_typeof(p_rule) <> 'object' THEN 'a rule is an object'
        WHEN c360._is_number_between(p_rule -> 'points', -10000, 10000) IS NOT TRUE THEN 'points is a number from -10000 to 10000'
        WHEN (p_rule ? 'event')::integer + (p_rule ? 'attribute')::integer + (p_rule ? 'metric')::integer <> 1 THEN
            'give one of event, attribute and metric'
        WHEN p_rule ? 'event' THEN CASE
            WHEN p_rule - ARRAY['points', 'event', 'within_days', 'at_least'] <> '{}' THEN
                'beside event there are within_days and at_least'
            WHEN jsonb_typeof(p_rule -> 'event') <> 'string' THEN 'event is the name of one'
            WHEN NOT c360._is_whole_number_between(coalesce(p_rule -> 'within_days', '30'), 1, 3650) THEN 'within_days is a whole number from 1 to 3650'
            WHEN NOT c360._is_number_between(coalesce(p_rule -> 'at_least', '1'), 1, 1000000) THEN 'at_least is a number from 1 to 1000000'
        END
        WHEN p_rule ? 'attribute' THEN CASE
            WHEN p_rule - ARRAY['points', 'attribute', 'equals'] <> '{}' THEN 'beside attribute there is equals'
            WHEN jsonb_typeof(p_rule -> 'attribute') <> 'string' THEN 'attribute is the name of one'
            WHEN jsonb_typeof(coalesce(p_rule -> 'equals', '""')) <> 'string' THEN 'equals is a text'
        END
        WHEN p_rule - ARRAY['points', 'metric', 'at_least'] <> '{}' THEN 'beside metric there is at_least'
        WHEN (p_rule ->> 'metric') NOT IN (
            'total_sessions', 'total_events', 'total_orders', 'total_revenue', 'avg_order_value', 'total_refunds', 'refunded_value'
        ) THEN 'metric is one of total_sessions, total_events, total_orders, total_revenue, avg_order_value, total_refunds, refunded_value'
        WHEN c360._is_number_between(p_rule -> 'at_least', -1000000000000, 1000000000000) IS NOT TRUE THEN 'at_least is a number'
    END;
$$;

COMMENT ON FUNCTION c360._lead_rule_problem(text, jsonb) IS
    'What cannot be right in one rule of leads.';
