-- What is wrong with a model of leads as a tenant writes it, {goal, within_days (30), features: {name: feature}}; NULL when nothing is. A
-- feature is an event with within_days (30), a metric with within_days (all days) or an attribute with equals or alone. Pure.

CREATE OR REPLACE FUNCTION c360._lead_model_problem(p_settings jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(p_settings) IS DISTINCT FROM 'object' OR p_settings - ARRAY['goal', 'within_days', 'features'] <> '{}' THEN
        RETURN 'it is {"goal": event name, "within_days": number, "features": {name: {...}}}';
    ELSIF jsonb_typeof(p_settings -> 'goal') IS DISTINCT FROM 'string' OR p_settings ->> 'goal' = '' THEN
        RETURN 'goal is the name of an event';
    ELSIF NOT c360._is_whole_number_between(coalesce(p_settings -> 'within_days', '30'), 1, 365) THEN
        RETURN 'within_days is a whole number from 1 to 365';
    ELSIF jsonb_typeof(coalesce(p_settings -> 'features', '{}')) <> 'object' THEN
        RETURN 'features is {name: {...}}';
    ELSIF (SELECT count(*) FROM jsonb_object_keys(coalesce(p_settings -> 'features', '{}'))) > 30 THEN
        RETURN 'there are more than 30 features';
    END IF;

    RETURN (
        SELECT string_agg(format('"%s": %s', feature.key, found.problem), '; ' ORDER BY feature.key)
        FROM jsonb_each(coalesce(p_settings -> 'features', '{}')) AS feature
        CROSS JOIN LATERAL c360._lead_feature_problem(feature.key, feature.value) AS found (problem)
        WHERE found.problem IS NOT NULL
    );
END;
$$;

COMMENT ON FUNCTION c360._lead_model_problem(jsonb) IS
    'What cannot be right in a model of leads.';
