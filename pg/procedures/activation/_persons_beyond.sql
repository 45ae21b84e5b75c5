-- Those of some golden records, of all for NULL, whose score is beyond a line now: {score, above} or {score, below}. Who has no score is
-- beyond none. Trusts the search_path, and that there is such a score. Reads only.

CREATE OR REPLACE FUNCTION c360._persons_beyond(p_tenant text, p_line jsonb, p_ids uuid[])
    RETURNS SETOF uuid
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_source text := c360._score_source(p_line ->> 'score');
BEGIN
    RETURN QUERY EXECUTE format(
        $statement$
            SELECT scored.master_profile_id
            FROM %1$s AS scored
            WHERE scored.%2$I > $2
               OR scored.%2$I < $3
        $statement$,
        CASE
            WHEN p_ids IS NULL THEN format('%I.%I', 'tenant_' || p_tenant, 'cdp_' || v_source)
            ELSE format('%I.%I($1)', 'tenant_' || p_tenant, '_' || v_source || '_of')
        END,
        p_line ->> 'score'
    )
    USING p_ids, (p_line ->> 'above')::double precision, (p_line ->> 'below')::double precision;
END;
$$;

COMMENT ON FUNCTION c360._persons_beyond(text, jsonb, uuid[]) IS
    'Golden records whose score is beyond a line.';
