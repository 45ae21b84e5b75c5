-- The leads of p_cut_day with the numbers a model looks at, as of then, and whether they reached the goal within the p_within_days days after. Of
-- more than p_most, those that come first by a hash of their id: the same at any time. Trusts the search_path and its arguments. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_cases(
    p_tenant      text,
    p_goal        text,
    p_within_days integer,
    p_features    jsonb,
    p_cut_day     date,
    p_most        integer
)
    RETURNS TABLE (master_profile_id uuid, numbers double precision[], has_reached boolean)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
DECLARE
    v_ids uuid[];
    v_at  timestamptz;
BEGIN
    v_ids := ARRAY(
        SELECT lead.id
        FROM c360._leads(p_goal, NULL, p_cut_day) AS lead (id)
        ORDER BY md5(lead.id::text)
        LIMIT p_most
    );

    -- The last moment of that day.
    SELECT ((p_cut_day + 1)::timestamp AT TIME ZONE tenant.time_zone) - interval '1 microsecond'
    INTO v_at
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    SELECT
        seen.master_profile_id,
        seen.numbers,
        EXISTS (
            SELECT
            FROM cdp_profile_links AS link
            JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = seen.master_profile_id
              AND own.event_name = p_goal
              AND own.day > p_cut_day
              AND own.day <= p_cut_day + p_within_days
        )
    FROM c360._lead_values(p_features, v_ids, p_cut_day, v_at) AS seen;
END;
$$;

COMMENT ON FUNCTION c360._lead_cases(text, text, integer, jsonb, date, integer) IS
    'Leads of a day with what was known of them then, and whether they reached the goal.';
