-- How well the model would have said which contracts were kept in the last p_periods periods before p_as_of, had it been fitted before:
-- _validated_probabilities() with calibrated_until, until and by_age, by how often they had been renewed by then. A contract is asked for the renewals
-- whose outcome is known by p_as_of: those whose grace is over. NULL where it could not have been fitted, or no renewal was due since.
-- Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._subscription_validation(
    p_tenant  text,
    p_as_of   timestamptz,
    p_periods integer,
    p_prior   double precision
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_settings CONSTANT c360.subscription_settings := c360._subscription_settings(p_tenant);
    v_zone     text;
    v_cut      timestamptz;
    v_fit      c360.subscription_fit;
    v_said     jsonb;
BEGIN
    SELECT tenant.time_zone
    INTO v_zone
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    v_cut := ((p_as_of AT TIME ZONE v_zone) - p_periods * v_settings.period) AT TIME ZONE v_zone;
    v_fit := c360._fit_subscriptions(p_tenant, v_cut, p_prior);
    IF (v_fit.model).status NOT IN ('converged', 'boundary') THEN
        RETURN NULL;
    END IF;

    WITH later AS MATERIALIZED (
        SELECT *
        FROM c360._contracts(p_tenant, NULL, p_as_of)
    ),
    asked AS (
        SELECT
            known.renewals AS age,
            due.periods,
            later.renewals >= known.renewals + due.periods AS is_kept
        FROM c360._contracts(p_tenant, NULL, v_cut) AS known
        JOIN later ON later.master_profile_id = known.master_profile_id
            AND later.subscription_id = known.subscription_id
            AND later.started_on = known.started_on
        CROSS JOIN LATERAL (
            SELECT c360._whole_periods(
                known.started_on,
                (p_as_of AT TIME ZONE v_zone)::date - CASE WHEN v_settings.renews_by_itself THEN 0 ELSE v_settings.grace_days + 1 END,
                v_settings.period,
                v_settings.period_days
            ) - known.renewals AS periods
        ) AS due
        WHERE known.status = 'active'
          AND known.knows_start
          AND due.periods > 0
    ),
    judged AS MATERIALIZED (
        SELECT
            asked.age,
            asked.is_kept,
            c360.probability_retained(v_fit.model, asked.age, asked.periods) AS p
        FROM asked
    )
    SELECT
        c360._validated_probabilities(array_agg(judged.p), array_agg(judged.is_kept))
        || jsonb_build_object('by_age', (
            SELECT jsonb_agg(to_jsonb(part.*) ORDER BY part.age)
            FROM (
                SELECT
                    least(one.age, 12) AS age,
                    count(*) AS customers,
                    avg(one.is_kept::integer) AS actual,
                    avg(one.p) AS expected
                FROM judged AS one
                GROUP BY least(one.age, 12)
            ) AS part
        ))
    INTO v_said
    FROM judged;

    RETURN v_said || jsonb_build_object('calibrated_until', (v_cut AT TIME ZONE v_zone)::date, 'until', (p_as_of AT TIME ZONE v_zone)::date);
END;
$$;

COMMENT ON FUNCTION c360._subscription_validation(text, timestamptz, integer, double precision) IS
    'How well the model of subscriptions would have said which were kept.';
