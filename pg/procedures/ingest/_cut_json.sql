-- The parts of the outermost list or object of a text, as they are written: elements, or members with their names. The text need
-- not be JSON: only its quotes and brackets must close, so that a part that is no JSON harms no other. A comma too many at the
-- end makes no part. NULL when quotes or brackets do not close, or it is neither list nor object. Raises nothing.

CREATE OR REPLACE FUNCTION c360._cut_json(p_text text)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH part AS MATERIALIZED (
        SELECT
            numbered.number,
            count(*) FILTER (WHERE numbered.depth <= 0) AS closed,
            coalesce(max(numbered.position) FILTER (WHERE numbered.depth <= 0) = max(numbered.position), false) AS is_closed_last,
            coalesce(btrim(
                string_agg(
                    CASE WHEN numbered.is_border THEN substr(numbered.text, 2) ELSE numbered.text END, '' ORDER BY numbered.position
                ) FILTER (WHERE numbered.depth > 0),
                E' \t\r\n'
            ), '') AS text
        FROM (
            SELECT
                token.*,
                token.position = 1 OR (token.depth = 1 AND token.mark = ',') AS is_border,
                count(*) FILTER (WHERE token.depth = 1 AND token.mark = ',') OVER (ORDER BY token.position ROWS UNBOUNDED PRECEDING) AS number
            FROM (
                SELECT
                    piece.found[1] AS text,
                    left(piece.found[1], 1) AS mark,
                    piece.position,
                    sum(CASE left(piece.found[1], 1) WHEN '{' THEN 1 WHEN '[' THEN 1 WHEN '}' THEN -1 WHEN ']' THEN -1 ELSE 0 END)
                        OVER (ORDER BY piece.position ROWS UNBOUNDED PRECEDING) AS depth
                -- A string, or one of []{}, with what stands behind it.
                FROM regexp_matches(btrim(p_text, E' \t\r\n'), '"(?:[^"\\]|\\.)*"?|[][{},][^]["{},]*|[^]["{},]+', 'g')
                    WITH ORDINALITY AS piece (found, position)
            ) AS token
        ) AS numbered
        GROUP BY numbered.number
    )
    SELECT coalesce(array_agg(part.text ORDER BY part.number) FILTER (WHERE part.text <> '' OR NOT part.is_closed_last), '{}')
    FROM part
    HAVING sum(part.closed) = 1
       AND bool_or(part.is_closed_last)
       AND btrim(p_text, E' \t\r\n') ~ '^(\[.*\]|\{.*\})$';
$$;

COMMENT ON FUNCTION c360._cut_json(text) IS
    'Elements or members of a text that is nearly JSON, as they are written; NULL when its quotes or brackets do not close.';
