-- Days as people may see them: a JSON list, each day hidden wholly where they are masked, because part of a day is most of it.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_days(
    p_days      text[],
    p_is_masked boolean
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        jsonb_agg(CASE WHEN p_is_masked THEN '****' ELSE said.day END ORDER BY said.place),
        '[]'
    )
    FROM unnest(p_days) WITH ORDINALITY AS said (day, place);
$$;

COMMENT ON FUNCTION c360._shown_days(text[], boolean) IS
    'A list of days, hidden wholly if they are masked.';
