-- Called by the role that conditions run as and by nobody else: the views behind call functions which that role may not execute. A score that
-- tells the value of a masked attribute is NULL. Of these golden records only, found by index.
CREATE OR REPLACE FUNCTION tenant_select_2._clv_of(p_ids uuid[])
    RETURNS TABLE (
        master_profile_id       uuid,
        purchase_days           integer,
        mean_value              double precision,
        probability_alive       double precision,
        probability_no_purchase double precision,
        expected_purchases      double precision,
        expected_value          double precision,
        clv                     double precision
    )
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
    SELECT
        scored.master_profile_id,
        CASE WHEN 'purchase_days' <> ALL (hidden.names) THEN scored.purchase_days END,
        CASE WHEN 'mean_value' <> ALL (hidden.names) THEN scored.mean_value END,
        CASE WHEN 'probability_alive' <> ALL (hidden.names) THEN scored.probability_alive END,
        CASE WHEN 'probability_no_purchase' <> ALL (hidden.names) THEN scored.probability_no_purchase END,
        CASE WHEN 'expected_purchases' <> ALL (hidden.names) THEN scored.expected_purchases END,
        CASE WHEN 'expected_value' <> ALL (hidden.names) THEN scored.expected_value END,
        CASE WHEN 'clv' <> ALL (hidden.names) THEN scored.clv END
    FROM (SELECT c360._masked_scores('select_2') AS names OFFSET 0) AS hidden
    CROSS JOIN tenant_select_2.cdp_clv AS scored
    WHERE scored.master_profile_id = ANY (p_ids);
$$;
COMMENT ON FUNCTION tenant_select_2._clv_of(uuid[]) IS 'cdp_clv as conditions of segments read it.';

CREATE OR REPLACE FUNCTION tenant_select_2._engagement_of(p_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, engagement numeric, frequency_30d numeric, frequency_90d numeric)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
    SELECT
        scored.master_profile_id,
        CASE WHEN 'engagement' <> ALL (hidden.names) THEN scored.engagement END,
        scored.frequency_30d,
        scored.frequency_90d
    FROM (SELECT c360._masked_scores('select_2') AS names OFFSET 0) AS hidden
    CROSS JOIN tenant_select_2.cdp_engagement AS scored
    WHERE scored.master_profile_id = ANY (p_ids);
$$;
COMMENT ON FUNCTION tenant_select_2._engagement_of(uuid[]) IS 'cdp_engagement as conditions of segments read it.';

CREATE OR REPLACE FUNCTION tenant_select_2._inactivity_of(p_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, inactivity double precision, idle_days integer)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
    SELECT
        scored.master_profile_id,
        CASE WHEN 'inactivity' <> ALL (hidden.names) THEN scored.inactivity END,
        CASE WHEN 'idle_days' <> ALL (hidden.names) THEN scored.idle_days END
    FROM (SELECT c360._masked_scores('select_2') AS names OFFSET 0) AS hidden
    CROSS JOIN tenant_select_2.cdp_inactivity AS scored
    WHERE scored.master_profile_id = ANY (p_ids);
$$;
COMMENT ON FUNCTION tenant_select_2._inactivity_of(uuid[]) IS 'cdp_inactivity as conditions of segments read it.';

CREATE OR REPLACE FUNCTION tenant_select_2._lead_of(p_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, lead numeric)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        scored.master_profile_id,
        scored.lead
    FROM c360.lead_scores('select_2', p_ids) AS scored;
$$;
COMMENT ON FUNCTION tenant_select_2._lead_of(uuid[]) IS 'lead_scores() as conditions of segments read it.';
