-- Who is a lead at the end of p_day: golden records that were seen until then and had never reached the goal; of all of them for NULL.
-- Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._leads(p_goal text, p_master_profile_ids uuid[], p_day date)
    RETURNS SETOF uuid
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    SELECT profile.master_profile_id
    FROM cdp_master_profiles AS profile
    JOIN cdp_profile_links AS link ON link.master_profile_id = profile.master_profile_id
    JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
    WHERE profile.status <> 'merged'
      AND own.day <= p_day
      AND (p_master_profile_ids IS NULL OR profile.master_profile_id = ANY (p_master_profile_ids))
    GROUP BY profile.master_profile_id
    HAVING NOT bool_or(own.event_name = p_goal);
END;
$$;

COMMENT ON FUNCTION c360._leads(text, uuid[], date) IS
    'Golden records that have not yet reached a goal.';
