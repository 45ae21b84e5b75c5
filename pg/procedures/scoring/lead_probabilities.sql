-- How likely golden records that have not yet reached the goal of the model of leads do so within its days from now, all of them for NULL: by the
-- active fit of cdp_lead_fits. log_odds is the sum of what explain_score() tells. No rows for who has reached it, while there is no fit that
-- can be used, and where masked attributes would be told. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lead_probabilities(
    p_tenant             text,
    p_master_profile_ids uuid[] DEFAULT NULL
)
    RETURNS TABLE (
        master_profile_id uuid,
        probability       double precision,
        log_odds          numeric,
        goal              text,
        within_days       integer,
        fit_id            bigint,
        fitted_as_of      timestamptz,
        is_validated      boolean
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        scored.master_profile_id,
        c360._probability_of(scored.log_odds),
        scored.log_odds,
        fit.goal,
        fit.within_days,
        fit.fit_id,
        fit.as_of,
        fit.validation IS NOT NULL
    FROM (
        SELECT
            part.master_profile_id,
            part.fit_id,
            sum(part.points) AS log_odds
        FROM c360._lead_model_parts(p_tenant, p_master_profile_ids) AS part
        GROUP BY
            part.master_profile_id,
            part.fit_id
    ) AS scored
    JOIN cdp_lead_fits AS fit ON fit.fit_id = scored.fit_id;
END;
$$;

COMMENT ON FUNCTION c360.lead_probabilities(text, uuid[]) IS
    'How likely golden records reach the goal of the model of leads.';
