-- Why a golden record has a score as of now: parts whose points add up to exactly it, each with the value it looked at and words. p_score is
-- one of rfm_segment (points are the number of the cell, such as 545), recency_score, frequency_score, monetary_score, clv, engagement,
-- inactivity, lead and lead_probability (points are log-odds). No rows for who has no such score; an id that was merged answers for its survivor. A score that tells the value of a
-- masked attribute is one row that says so. Reads only.
-- Raises: U4404 tenant_not_found, U3412 score_unknown

CREATE OR REPLACE FUNCTION c360.explain_score(
    p_tenant            text,
    p_master_profile_id uuid,
    p_score             text
)
    RETURNS TABLE (part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_id    uuid;
    v_shows text[] := c360._score_columns(p_score);
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF v_shows IS NULL THEN
        RAISE EXCEPTION 'there is no score "%"', p_score
            USING ERRCODE = 'U3412',
                  HINT = 'Scores are rfm_segment, recency_score, frequency_score, monetary_score, clv, engagement, inactivity, lead and lead_probability.';
    ELSIF v_shows && c360._masked_scores(p_tenant) THEN
        RETURN QUERY
        SELECT
            'masked'::text,
            NULL::text,
            NULL::numeric,
            'This score tells the value of a masked attribute.'::text;
        RETURN;
    END IF;

    SELECT coalesce(profile.merged_into, profile.master_profile_id)
    INTO v_id
    FROM cdp_master_profiles AS profile
    WHERE profile.master_profile_id = p_master_profile_id;

    RETURN QUERY
    SELECT
        said.part,
        said.value,
        said.points,
        said.words
    FROM c360._explain_scores(p_tenant, ARRAY[v_id], p_score) AS said;
END;
$$;

COMMENT ON FUNCTION c360.explain_score(text, uuid, text) IS
    'Parts that add up to a score of a golden record, in numbers and words.';
