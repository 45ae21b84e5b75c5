-- The members of an object that stand at one of these paths (a.b: member b of member a); of p_scalars only those that are one
-- value, of p_lists whatever stands there. Everything else is left out. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_members(
    p_object  jsonb,
    p_scalars text[],
    p_lists   text[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(p_object) IS DISTINCT FROM 'object' THEN
        RETURN '{}';
    END IF;

    RETURN (
        SELECT coalesce(jsonb_object_agg(shown.key, shown.value) FILTER (WHERE shown.value <> '{}'), '{}')
        FROM (
            SELECT
                member.key,
                CASE
                    WHEN member.key = ANY (p_lists) THEN member.value
                    WHEN jsonb_typeof(member.value) IN ('string', 'number', 'boolean') AND member.key = ANY (p_scalars)
                        THEN member.value
                    WHEN jsonb_typeof(member.value) = 'object' THEN c360._shown_members(
                        member.value,
                        c360._paths_below(p_scalars, member.key),
                        c360._paths_below(p_lists, member.key)
                    )
                    ELSE '{}'
                END AS value
            FROM jsonb_each(p_object) AS member
        ) AS shown
    );
END;
$$;

COMMENT ON FUNCTION c360._shown_members(jsonb, text[], text[]) IS
    'The members of an object that stand at given paths.';
