-- SQL text that builds a JSON object from expressions: each stands at its path (dots nest), NULL ones are left out.
-- Groups of forty, because a call takes at most a hundred arguments. Pure.

CREATE OR REPLACE FUNCTION c360._import_object(p_paths text[], p_expressions text[])
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        WITH member AS (
            SELECT
                split_part(item.path, '.', 1) AS name,
                array_agg(substring(item.path FROM '\.(.*)$') ORDER BY item.path) AS inner_paths,
                array_agg(item.expression ORDER BY item.path) AS expressions,
                row_number() OVER (ORDER BY split_part(item.path, '.', 1)) / 40 AS part
            FROM unnest(p_paths, p_expressions) AS item (path, expression)
            GROUP BY split_part(item.path, '.', 1)
        ),
        piece AS (
            SELECT
                member.part,
                'jsonb_build_object(' || string_agg(
                    format(
                        '%L, %s',
                        member.name,
                        CASE
                            WHEN member.inner_paths[1] IS NULL THEN member.expressions[1]
                            ELSE format('nullif(%s, ''{}'')', c360._import_object(member.inner_paths, member.expressions))
                        END
                    ),
                    ', ' ORDER BY member.name
                ) || ')' AS text
            FROM member
            GROUP BY member.part
        )
        SELECT coalesce('jsonb_strip_nulls(' || string_agg(piece.text, ' || ' ORDER BY piece.part) || ')', '''{}''::jsonb')
        FROM piece
    );
END;
$$;

COMMENT ON FUNCTION c360._import_object(text[], text[]) IS
    'SQL that builds a nested JSON object from expressions.';
