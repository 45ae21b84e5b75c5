-- How well the model would have said the last p_days days before p_as_of, had it been fitted before: _validated_purchases() with the days
-- calibrated_until and until. NULL where it could not have been fitted. Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._clv_validation(
    p_tenant text,
    p_model  text,
    p_as_of  timestamptz,
    p_days   integer,
    p_prior  double precision
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_time_zone text;
    v_until     date;
    v_day       date;
    v_end       timestamptz;
    v_fit       c360.clv_fit;
    v_found     jsonb;
BEGIN
    SELECT tenant.time_zone
    INTO v_time_zone
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    v_until := (p_as_of AT TIME ZONE v_time_zone)::date;
    v_day := v_until - p_days;
    -- The last moment of that day.
    v_end := ((v_day + 1)::timestamp AT TIME ZONE v_time_zone) - interval '1 microsecond';
    v_fit := c360._fit_clv(p_tenant, p_model, v_end, p_prior);
    IF (v_fit.purchases).status NOT IN ('converged', 'boundary') THEN
        RETURN NULL;
    END IF;

    SELECT c360._validated_purchases(
        v_fit.purchases,
        c360._usable_spend(v_fit),
        array_agg(known.x),
        array_agg(known.recency),
        array_agg(known.age),
        array_agg(known.priced_repeats),
        array_agg(known.mean),
        array_agg(known.actual),
        array_agg(known.actual_value),
        p_days / 7.0::double precision
    )
    INTO v_found
    FROM (
        SELECT
            history.purchase_days - 1 AS x,
            (history.last_day - history.first_day) / 7.0::double precision AS recency,
            (v_day - history.first_day) / 7.0::double precision AS age,
            history.priced_repeats,
            (history.repeat_value / nullif(history.priced_repeats, 0))::double precision AS mean,
            coalesce(later.days, 0)::integer AS actual,
            coalesce(later.value, 0)::double precision AS actual_value
        FROM c360._purchase_histories(p_tenant, NULL, v_end) AS history
        LEFT JOIN (
            SELECT
                own.master_profile_id,
                count(*) AS days,
                sum(own.value) AS value
            FROM c360._purchase_days(p_tenant, NULL, p_as_of) AS own
            WHERE own.day > v_day
            GROUP BY own.master_profile_id
        ) AS later ON later.master_profile_id = history.master_profile_id
    ) AS known;

    RETURN v_found || jsonb_build_object('calibrated_until', v_day, 'until', v_until);
END;
$$;

COMMENT ON FUNCTION c360._clv_validation(text, text, timestamptz, integer, double precision) IS
    'How well the model would have said the last days of a tenant.';
