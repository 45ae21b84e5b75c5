-- Since when each rule of activation of a tenant is one of which readers may know whom it contacted, as {"rule": time}: those that look at a segment
-- tell who is in it, and those of a score tell on which side of a line it is. Rules that look at a segment that is hidden or gone, or at a score that
-- tells what is masked, are not in it. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._told_rules(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT coalesce(jsonb_object_agg(judged.rule, judged.since) FILTER (WHERE judged.is_told), '{}')
    FROM (
        SELECT
            stated.rule,
            coalesce(bool_and(told.segments ? looked.segment), true)
                AND coalesce(stated.definition #>> '{when,score_crossed,score}' <> ALL (told.masked), true) AS is_told,
            coalesce(max((told.segments ->> looked.segment)::timestamptz), '-infinity') AS since
        FROM (
            SELECT
                c360._told_segments(p_tenant) AS segments,
                c360._masked_scores(p_tenant) AS masked
        ) AS told
        CROSS JOIN c360.activation_rules AS stated
        LEFT JOIN LATERAL unnest(c360._activation_segments(stated.definition)) AS looked (segment) ON true
        WHERE stated.tenant = p_tenant
        GROUP BY
            stated.rule,
            stated.definition,
            told.masked
    ) AS judged;
$$;

COMMENT ON FUNCTION c360._told_rules(text) IS
    'The rules of activation of which readers may know whom they contacted, and since when.';
