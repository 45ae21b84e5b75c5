-- How many rows a query has without its page, as the planner thinks (planned), or counted up to the longest page and planned beyond
-- (estimated). NULL for any other way to count. Raises: 22023 for a way there is not

CREATE OR REPLACE FUNCTION c360._read_count(
    p_how      text,
    p_from     text,
    p_values   text[],
    p_patterns text[],
    p_after    text,
    p_most     integer
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_plan  json;
    v_count bigint;
BEGIN
    IF p_how NOT IN ('exact', 'planned', 'estimated') THEN
        RAISE EXCEPTION 'rows are counted exact, planned or estimated'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_how = 'estimated' THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT %s) AS counted', p_from, p_most + 1)
        USING p_values, p_patterns, p_after
        INTO v_count;
    END IF;

    IF p_how = 'planned' OR v_count > p_most THEN
        EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', p_from)
        USING p_values, p_patterns, p_after
        INTO v_plan;
        v_count := greatest(v_count, (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint);
    END IF;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._read_count(text, text, text[], text[], text, integer) IS
    'About how many rows a query has.';
