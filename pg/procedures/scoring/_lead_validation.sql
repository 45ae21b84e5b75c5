-- How well the model would have said who of the leads reached the goal on the last within_days days until p_until_day, had it been fitted
-- before these days: _validated_probabilities() with cut_day and until_day. It knows nothing of the days it is judged by, neither by features nor by
-- the goal. NULL where it could not have been fitted, or nobody was left to judge by. Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._lead_validation(
    p_tenant    text,
    p_settings  jsonb,
    p_until_day date,
    p_ridge     double precision
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    c_most CONSTANT integer := 20000;
    v_days CONSTANT integer := coalesce((p_settings ->> 'within_days')::integer, 30);
    v_cut  CONSTANT date := p_until_day - v_days;
    v_fit  c360.lead_fit;
    v_said jsonb;
BEGIN
    v_fit := c360._fit_lead(p_tenant, p_settings, v_cut, p_ridge);
    IF (v_fit.model).status <> 'converged' THEN
        RETURN NULL;
    END IF;

    SELECT c360._validated_probabilities(
        array_agg(c360.logistic_probability(v_fit.model, known.numbers)),
        array_agg(known.has_reached)
    )
    INTO v_said
    FROM c360._lead_cases(p_tenant, p_settings ->> 'goal', v_days, v_fit.features, v_cut, c_most) AS known;

    RETURN v_said || jsonb_build_object('cut_day', v_cut, 'until_day', p_until_day);
END;
$$;

COMMENT ON FUNCTION c360._lead_validation(text, jsonb, date, double precision) IS
    'How well the model of leads would have said the last days of a tenant.';
