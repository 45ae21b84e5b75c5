-- Fits the model of leads to those of the days until p_until_day: features of the days before the last within_days, the goal of these. Features
-- about masked attributes, and those that are the same for all, are left out and said. Where a line divides the leads, or features say
-- what others say, the coefficients are open: a ridge of 1 closes them. Too few leads are no error: status not_enough, and missing says what
-- there is and what is needed. Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fit_lead(
    p_tenant    text,
    p_settings  jsonb,
    p_until_day date,
    p_ridge     double precision
)
    RETURNS c360.lead_fit
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    c_least      CONSTANT integer := 100;
    c_most       CONSTANT integer := 20000;
    v_goal       CONSTANT text := p_settings ->> 'goal';
    v_days       CONSTANT integer := coalesce((p_settings ->> 'within_days')::integer, 30);
    v_fit        c360.lead_fit;
    v_wanted     jsonb;
    v_leads      bigint;
    v_reached    bigint;
    v_others     bigint;
    v_x          double precision[];
    v_y          boolean[];
    v_kept       bigint[];
    v_columns    integer;
    v_ridge_for  text;
BEGIN
    v_fit.cut_day := p_until_day - v_days;
    v_fit.ridge := p_ridge;
    v_wanted := c360._lead_features(p_settings, v_fit.cut_day);
    SELECT
        jsonb_strip_nulls(jsonb_build_object('masked', jsonb_agg(listed.item -> 'name' ORDER BY listed.place) FILTER (WHERE listed.is_masked))),
        coalesce(jsonb_agg(listed.item ORDER BY listed.place) FILTER (WHERE NOT listed.is_masked), '[]')
    INTO
        v_fit.warnings,
        v_wanted
    FROM (
        SELECT
            feature.item,
            feature.place,
            c360._lead_feature_is_masked(p_tenant, feature.item) AS is_masked
        FROM jsonb_array_elements(v_wanted) WITH ORDINALITY AS feature (item, place)
    ) AS listed;
    v_columns := jsonb_array_length(v_wanted);
    v_leads := (SELECT count(*) FROM c360._leads(v_goal, NULL, v_fit.cut_day));

    SELECT
        array_agg(known.numbers ORDER BY known.master_profile_id),
        coalesce(array_agg(known.has_reached ORDER BY known.master_profile_id), '{}'),
        count(*),
        count(*) FILTER (WHERE known.has_reached),
        count(*) FILTER (WHERE NOT known.has_reached)
    INTO
        v_x,
        v_y,
        v_fit.cases,
        v_reached,
        v_others
    FROM c360._lead_cases(p_tenant, v_goal, v_days, v_wanted, v_fit.cut_day, c_most) AS known;
    IF v_leads > c_most THEN
        v_fit.warnings := v_fit.warnings || jsonb_build_object('left_out', v_leads - c_most);
    END IF;

    SELECT
        coalesce(array_agg(told.place ORDER BY told.place) FILTER (WHERE told.differs), '{}'),
        coalesce(jsonb_agg(told.item ORDER BY told.place) FILTER (WHERE told.differs), '[]'),
        array_agg(told.mean ORDER BY told.place) FILTER (WHERE told.differs),
        v_fit.warnings || jsonb_strip_nulls(jsonb_build_object(
            'constant', jsonb_agg(told.item -> 'name' ORDER BY told.place) FILTER (WHERE NOT told.differs)
        ))
    INTO
        v_kept,
        v_fit.features,
        v_fit.means,
        v_fit.warnings
    FROM (
        SELECT
            feature.place,
            feature.item,
            coalesce(min(cell.value) < max(cell.value), false) AS differs,
            avg(cell.value) AS mean
        FROM jsonb_array_elements(v_wanted) WITH ORDINALITY AS feature (item, place)
        LEFT JOIN unnest(v_x) WITH ORDINALITY AS cell (value, place) ON (cell.place - 1) % v_columns + 1 = feature.place
        GROUP BY
            feature.place,
            feature.item
    ) AS told;

    SELECT coalesce(jsonb_agg(jsonb_build_object('what', needed.what, 'have', needed.have, 'needed', needed.least) ORDER BY needed.place), '[]')
    INTO v_fit.missing
    FROM (
        VALUES
            (1, format('leads who reached "%s" within %s days', v_goal, v_days), v_reached, c_least),
            (2, format('leads who did not reach "%s" within %s days', v_goal, v_days), v_others, c_least),
            (3, 'features that tell leads apart', cardinality(v_kept)::bigint, 1)
    ) AS needed (place, what, have, least)
    WHERE needed.have < needed.least;
    IF v_fit.missing <> '[]' THEN
        v_fit.model.status := 'not_enough';
        v_fit.model.positives := v_reached;
        v_fit.model.negatives := v_others;
        RETURN v_fit;
    END IF;

    SELECT array_agg(line.numbers ORDER BY line.number)
    INTO v_x
    FROM (
        SELECT
            (cell.place - 1) / v_columns AS number,
            array_agg(cell.value ORDER BY cell.place) AS numbers
        FROM unnest(v_x) WITH ORDINALITY AS cell (value, place)
        WHERE (cell.place - 1) % v_columns + 1 = ANY (v_kept)
        GROUP BY 1
    ) AS line;

    BEGIN
        v_fit.model := c360.fit_logistic(v_x, v_y, p_ridge);
        IF (v_fit.model).status = 'separated' THEN
            v_ridge_for := 'a line divides those who reached the goal from those who did not';
        END IF;
    EXCEPTION
        -- There are enough leads and features differ: what is left to refuse is that one is made of others.
        WHEN invalid_parameter_value THEN
            v_ridge_for := 'a feature says what others say';
    END;
    IF v_ridge_for IS NOT NULL THEN
        v_fit.ridge := greatest(p_ridge, 1);
        v_fit.warnings := v_fit.warnings || jsonb_build_object('ridge', v_ridge_for);
        v_fit.model := c360.fit_logistic(v_x, v_y, v_fit.ridge);
    END IF;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360._fit_lead(text, jsonb, date, double precision) IS
    'Fits the model of leads to those of a tenant.';
