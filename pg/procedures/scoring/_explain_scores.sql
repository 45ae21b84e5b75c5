-- Why golden records have a score: what explain_score() says, of many at once. Knows nothing of masked attributes, merged records and unknown
-- scores. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_scores(p_tenant text, p_master_profile_ids uuid[], p_score text)
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    CASE p_score
        WHEN 'clv' THEN
            RETURN QUERY SELECT said.* FROM c360._explain_clv(p_master_profile_ids) AS said;
        WHEN 'engagement' THEN
            RETURN QUERY SELECT said.* FROM c360._explain_engagement(p_master_profile_ids) AS said;
        WHEN 'inactivity' THEN
            RETURN QUERY SELECT said.* FROM c360._explain_inactivity(p_master_profile_ids) AS said;
        WHEN 'lead' THEN
            RETURN QUERY SELECT said.* FROM c360._explain_lead(p_tenant, p_master_profile_ids) AS said;
        WHEN 'lead_probability' THEN
            RETURN QUERY SELECT said.* FROM c360._explain_lead_probability(p_tenant, p_master_profile_ids) AS said;
        ELSE
            RETURN QUERY SELECT said.* FROM c360._explain_rfm(p_tenant, p_master_profile_ids, p_score) AS said;
    END CASE;
END;
$$;

COMMENT ON FUNCTION c360._explain_scores(text, uuid[], text) IS
    'Parts of a score of golden records.';
