-- Why golden records have their engagement: a part for each event name. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_engagement(p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        scored.master_profile_id,
        counted.event_name,
        counted.events::text,
        counted.points,
        format(
            '%s x "%s", worth %s each on its day and half of it every %s days.',
            counted.events,
            counted.event_name,
            counted.weight,
            scored.half_life_days
        )
    FROM cdp_engagement AS scored
    CROSS JOIN jsonb_to_recordset(scored.parts) AS counted (event_name text, events bigint, weight numeric, points numeric)
    WHERE scored.master_profile_id = ANY (p_master_profile_ids)
    ORDER BY
        abs(counted.points) DESC,
        counted.event_name;
END;
$$;

COMMENT ON FUNCTION c360._explain_engagement(uuid[]) IS
    'Parts of the engagement of golden records.';
