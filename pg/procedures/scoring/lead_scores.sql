-- The score of leads of golden records as of now, all of them for NULL, and the points of each rule, which add up to it. No rows while the
-- tenant has no rules. Rules about masked attributes give nobody points. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lead_scores(
    p_tenant             text,
    p_master_profile_ids uuid[] DEFAULT NULL
)
    RETURNS TABLE (master_profile_id uuid, lead numeric, parts jsonb)
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
        part.master_profile_id,
        sum(part.points),
        jsonb_object_agg(part.rule, part.points)
    FROM c360._lead_parts(p_tenant, p_master_profile_ids) AS part
    GROUP BY part.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360.lead_scores(text, uuid[]) IS
    'The score of leads of golden records, with the points of each rule.';
