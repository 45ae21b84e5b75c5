-- Refuses cases that a logistic regression cannot be fitted to. Pure.
-- Raises: 22023 for fewer than 100 of either kind, another number of rows than answers, and values that are no numbers

CREATE OR REPLACE FUNCTION c360._check_cases(p_x double precision[], p_y boolean[], p_ridge double precision)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_positives bigint := (SELECT count(*) FROM unnest(p_y) AS listed (y) WHERE listed.y);
    v_negatives bigint := (SELECT count(*) FROM unnest(p_y) AS listed (y) WHERE NOT listed.y);
BEGIN
    IF v_positives < 100 OR v_negatives < 100 THEN
        RAISE EXCEPTION 'not enough cases: % did, % did not', v_positives, v_negatives
            USING ERRCODE = '22023',
                  HINT = 'A regression needs 100 of each at least; until then give points by rules.';
    ELSIF array_ndims(p_x) IS DISTINCT FROM 2 OR array_length(p_x, 1) <> cardinality(p_y) OR v_positives + v_negatives <> cardinality(p_y) THEN
        RAISE EXCEPTION 'cases and answers do not fit'
            USING ERRCODE = '22023',
                  HINT = 'Give a row of numbers and an answer, true or false, for each case.';
    ELSIF array_length(p_x, 2) > 50 THEN
        RAISE EXCEPTION 'there are % columns', array_length(p_x, 2)
            USING ERRCODE = '22023',
                  HINT = 'Give 50 at most.';
    ELSIF EXISTS (
        SELECT
        FROM unnest(p_x) AS cell (value)
        WHERE (cell.value BETWEEN -1e100 AND 1e100) IS NOT TRUE
    ) OR (p_ridge >= 0 AND p_ridge <= 1e9) IS NOT TRUE THEN
        RAISE EXCEPTION 'a value is no number, or too large'
            USING ERRCODE = '22023',
                  HINT = 'Fill in what is not known, such as with the mean of the others; p_ridge is 0 or more.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_cases(double precision[], boolean[], double precision) IS
    'Refuses cases that a logistic regression cannot be fitted to.';
