-- What is wrong with rules of leads as a tenant writes them, {rule: {points, ...}}; NULL when nothing is. A rule has one condition: event
-- with within_days (30) and at_least (1), attribute with equals or alone, or metric with at_least. Pure.

CREATE OR REPLACE FUNCTION c360._lead_problem(p_rules jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(p_rules) IS DISTINCT FROM 'object' THEN
        RETURN 'it is {rule: {"points": number, and a condition}}';
    ELSIF (SELECT count(*) FROM jsonb_object_keys(p_rules)) > 100 THEN
        RETURN 'there are more than 100 rules';
    END IF;

    RETURN (
        SELECT string_agg(format('"%s": %s', rule.key, found.problem), '; ' ORDER BY rule.key)
        FROM jsonb_each(p_rules) AS rule
        CROSS JOIN LATERAL c360._lead_rule_problem(rule.key, rule.value) AS found (problem)
        WHERE found.problem IS NOT NULL
    );
END;
$$;

COMMENT ON FUNCTION c360._lead_problem(jsonb) IS
    'What cannot be right in rules of leads.';
