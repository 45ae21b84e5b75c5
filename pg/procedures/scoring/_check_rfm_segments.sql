-- Refuses RFM segments unless every one of the 125 cells has exactly one name: says which have none and which have several. NULL
-- passes: the segments of c360. Pure.
-- Raises: U3410 rfm_invalid

CREATE OR REPLACE FUNCTION c360._check_rfm_segments(p_segments jsonb)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text := c360._rfm_shape_problem(p_segments);
    v_missing text;
    v_double  text;
BEGIN
    IF p_segments IS NULL THEN
        RETURN;
    END IF;

    IF v_problem IS NULL THEN
        SELECT
            string_agg(cell.name, ', ' ORDER BY cell.name) FILTER (WHERE cell.segments IS NULL),
            string_agg(format('%s (%s)', cell.name, array_to_string(cell.segments, ', ')), ', ' ORDER BY cell.name)
                FILTER (WHERE cardinality(cell.segments) > 1)
        INTO
            v_missing,
            v_double
        FROM (
            SELECT
                concat(r, f, m) AS name,
                array_agg(named.segment ORDER BY named.segment) FILTER (WHERE named.segment IS NOT NULL) AS segments
            FROM generate_series(1, 5) AS r
            CROSS JOIN generate_series(1, 5) AS f
            CROSS JOIN generate_series(1, 5) AS m
            LEFT JOIN c360._rfm_cells_in(p_segments) AS named
                ON named.recency_score = r
                AND named.frequency_score = f
                AND named.monetary_score = m
            GROUP BY r, f, m
        ) AS cell;
        v_problem := concat_ws('; ', 'without a name: ' || v_missing, 'with several names: ' || v_double);
    END IF;

    IF v_problem <> '' THEN
        RAISE EXCEPTION 'these cannot be the segments of RFM'
            USING ERRCODE = 'U3410',
                  DETAIL = v_problem,
                  HINT = 'Give each of the 125 cells (recency, frequency, monetary score, 111 to 555) one name. A line such as "4-5 1,3 *" '
                      'names all with recency 4 or 5, frequency 1 or 3, any monetary score.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_rfm_segments(jsonb) IS
    'Refuses RFM segments unless each of the 125 cells has exactly one name.';
