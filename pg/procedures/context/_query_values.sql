-- The parameters of an address that say which campaign led to it, {name: value}, names in small letters: utm_* and the marks
-- that advertising networks put on a click. Of a repeated one the first that says something counts; & may be written &amp;.
-- At most 200 parameters are looked at. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._query_values(p_query text)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
BEGIN
    -- Most addresses have none of them.
    IF p_query !~* 'utm|id|epik|zarsrc' AND strpos(p_query, '%') = 0 THEN
        RETURN '{}';
    END IF;

    RETURN (
        SELECT coalesce(jsonb_object_agg(said.name, said.value), '{}')
        FROM (
            SELECT DISTINCT ON (named.name)
                named.name,
                said.value
            FROM string_to_table(replace(left(p_query, 8192), '&amp;', '&'), '&') WITH ORDINALITY AS pair (text, position)
            CROSS JOIN LATERAL (
                SELECT lower(btrim(c360._percent_decoded(split_part(pair.text, '=', 1))) COLLATE "C") AS name
                OFFSET 0
            ) AS named
            CROSS JOIN LATERAL (
                SELECT btrim(c360._percent_decoded(substr(pair.text, strpos(pair.text, '=') + 1))) AS value
                OFFSET 0
            ) AS said
            WHERE pair.position <= 200
              AND strpos(pair.text, '=') > 0
              AND (
                  named.name = ANY (ARRAY['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'utm_id'])
                  OR named.name = ANY (c360._click_id_names())
              )
              AND said.value <> ''
            ORDER BY
                named.name,
                pair.position
        ) AS said
    );
END;
$$;

COMMENT ON FUNCTION c360._query_values(text) IS
    'Parameters of a query that name a campaign or mark a click.';
