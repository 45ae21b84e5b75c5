-- Why a golden record has its engagement: a part for each event name. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_engagement(p_master_profile_id uuid)
    RETURNS TABLE (part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
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
    WHERE scored.master_profile_id = p_master_profile_id
    ORDER BY
        abs(counted.points) DESC,
        counted.event_name;
END;
$$;

COMMENT ON FUNCTION c360._explain_engagement(uuid) IS
    'Parts of the engagement of a golden record.';
