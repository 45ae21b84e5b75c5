-- What the active fit of the model of leads says of golden records, all of them for NULL, as of now, part by part in log-odds: first the one
-- of somebody who is average in everything (feature NULL), then what each feature of theirs adds to it. A feature about an attribute that has been
-- masked since says nothing of anybody. Nobody is told anything while the model is taken away, or events or orders are masked: that somebody is no
-- lead any more would tell them. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_model_parts(p_tenant text, p_master_profile_ids uuid[])
    RETURNS TABLE (
        master_profile_id uuid,
        fit_id            bigint,
        feature           jsonb,
        number            double precision,
        mean              double precision,
        points            numeric,
        is_masked         boolean
    )
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
DECLARE
    v_fit   record;
    v_today date;
    v_ids   uuid[];
BEGIN
    IF c360._score_settings(p_tenant, 'lead_model') IS NULL OR 'probability' = ANY (c360._masked_scores(p_tenant)) THEN
        RETURN;
    END IF;

    SELECT active.*
    INTO v_fit
    FROM cdp_lead_fits AS active
    WHERE active.is_active;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    SELECT (now() AT TIME ZONE tenant.time_zone)::date
    INTO v_today
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;
    v_ids := ARRAY(SELECT lead.id FROM c360._leads(v_fit.goal, p_master_profile_ids, v_today) AS lead (id));

    RETURN QUERY
    SELECT
        lead.id,
        v_fit.fit_id,
        NULL::jsonb,
        NULL::double precision,
        NULL::double precision,
        round((
            SELECT sum(said.coefficient * said.mean)
            FROM unnest(v_fit.coefficients, 1::double precision || v_fit.means) AS said (coefficient, mean)
        )::numeric, 12),
        false
    FROM unnest(v_ids) AS lead (id)
    UNION ALL
    SELECT
        seen.master_profile_id,
        v_fit.fit_id,
        part.item,
        CASE WHEN NOT part.is_masked THEN seen.numbers[part.place] END,
        part.mean,
        CASE WHEN part.is_masked THEN 0 ELSE round((part.coefficient * (seen.numbers[part.place] - part.mean))::numeric, 12) END,
        part.is_masked
    FROM c360._lead_values(v_fit.features, v_ids, v_today, NULL) AS seen
    CROSS JOIN (
        SELECT
            listed.item,
            listed.place,
            v_fit.coefficients[listed.place + 1] AS coefficient,
            v_fit.means[listed.place] AS mean,
            c360._lead_feature_is_masked(p_tenant, listed.item) AS is_masked
        FROM jsonb_array_elements(v_fit.features) WITH ORDINALITY AS listed (item, place)
        OFFSET 0
    ) AS part;
END;
$$;

COMMENT ON FUNCTION c360._lead_model_parts(text, uuid[]) IS
    'What the model of leads says of golden records, part by part.';
