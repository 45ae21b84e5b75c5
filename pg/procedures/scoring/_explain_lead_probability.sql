-- Why golden records have their probability to reach the goal of the model of leads: parts in log-odds, from somebody who is average in
-- everything to this one, feature by feature. Nothing for those who have none. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_lead_probability(p_tenant text, p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        said.master_profile_id,
        coalesce(said.feature ->> 'name', 'everybody'),
        CASE
            WHEN said.feature IS NULL THEN round(c360._probability_of(said.points)::numeric, 4)::text
            WHEN NOT said.is_masked THEN CASE WHEN said.feature ? 'attribute' THEN said.number::text ELSE round(exp(said.number) - 1)::text END
        END,
        said.points,
        CASE
            WHEN said.feature IS NULL THEN format(
                'All parts together are a probability of %s to reach "%s" within %s days; somebody who is average in everything has %s.',
                round(c360._probability_of(sum(said.points) OVER (PARTITION BY said.master_profile_id))::numeric, 4),
                fit.goal,
                fit.within_days,
                round(c360._probability_of(said.points)::numeric, 4)
            )
            WHEN said.is_masked THEN 'Not counted: the attribute is masked.'
            WHEN said.feature ? 'equals' THEN format(
                '%s is %s"%s"; of %s %% it was.',
                said.feature ->> 'attribute',
                CASE WHEN said.number = 0 THEN 'not ' ELSE '' END,
                said.feature ->> 'equals',
                round(100 * said.mean::numeric)
            )
            WHEN said.feature ? 'attribute' THEN format(
                '%s is %s; of %s %% it was known.',
                said.feature ->> 'attribute',
                CASE WHEN said.number = 0 THEN 'not known' ELSE 'known' END,
                round(100 * said.mean::numeric)
            )
            ELSE format(
                '%s x %s%s; %s was usual.',
                round(exp(said.number) - 1),
                coalesce('"' || (said.feature ->> 'event') || '"', replace(said.feature ->> 'metric', '_', ' ')),
                coalesce(' in ' || coalesce(said.feature ->> 'within_days', CASE WHEN said.feature ? 'event' THEN '30' END) || ' days', ''),
                round((exp(said.mean) - 1)::numeric, 1)
            )
        END
    FROM c360._lead_model_parts(p_tenant, p_master_profile_ids) AS said
    JOIN cdp_lead_fits AS fit ON fit.fit_id = said.fit_id
    ORDER BY
        said.feature IS NOT NULL,
        abs(said.points) DESC,
        said.feature ->> 'name';
END;
$$;

COMMENT ON FUNCTION c360._explain_lead_probability(text, uuid[]) IS
    'Parts of the probability of golden records to reach the goal of the model of leads.';
