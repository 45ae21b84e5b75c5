-- Why golden records have their score of leads: a part for each rule. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_lead(p_tenant text, p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE sql
    STABLE
AS $$
    SELECT
        said.master_profile_id,
        said.rule,
        said.value,
        said.points,
        CASE
            WHEN said.is_masked THEN 'Not counted: the attribute is masked.'
            WHEN said.item ? 'event' THEN format(
                '%s x "%s" in %s days; %s or more give %s points.',
                said.value,
                said.item ->> 'event',
                coalesce(said.item ->> 'within_days', '30'),
                coalesce(said.item ->> 'at_least', '1'),
                said.item ->> 'points'
            )
            WHEN said.item ? 'equals' THEN format(
                '%s is %s; "%s" gives %s points.',
                said.item ->> 'attribute',
                coalesce('"' || said.value || '"', 'not known'),
                said.item ->> 'equals',
                said.item ->> 'points'
            )
            WHEN said.item ? 'attribute' THEN format(
                '%s is %s; any value gives %s points.',
                said.item ->> 'attribute',
                CASE WHEN said.value IS NULL THEN 'not known' ELSE 'known' END,
                said.item ->> 'points'
            )
            ELSE format(
                '%s is %s; %s or more gives %s points.',
                said.item ->> 'metric',
                coalesce(said.value, 'not known'),
                said.item ->> 'at_least',
                said.item ->> 'points'
            )
        END
    FROM c360._lead_parts(p_tenant, p_master_profile_ids) AS said
    ORDER BY
        abs(said.points) DESC,
        said.rule;
$$;

COMMENT ON FUNCTION c360._explain_lead(text, uuid[]) IS
    'Parts of the score of leads of golden records.';
