-- The columns of a table of numbers with mean 0 and standard deviation 1, rows one after the other, a 1 before each row. Two dimensions go in,
-- one comes out: numbers of it are read at the same place. Trusts its arguments. Pure.

CREATE OR REPLACE FUNCTION c360._standardised(p_x double precision[], p_means double precision[], p_deviations double precision[])
    RETURNS double precision[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT array_agg(made.value ORDER BY made.row_number, made.column_number)
    FROM (
        SELECT
            (cell.place - 1) / array_length(p_means, 1) AS row_number,
            (cell.place - 1) % array_length(p_means, 1) + 1 AS column_number,
            (cell.value - p_means[(cell.place - 1) % array_length(p_means, 1) + 1])
                / p_deviations[(cell.place - 1) % array_length(p_means, 1) + 1] AS value
        FROM unnest(p_x) WITH ORDINALITY AS cell (value, place)
        UNION ALL
        SELECT
            number.i,
            0,
            1
        FROM generate_series(0, array_length(p_x, 1) - 1) AS number (i)
    ) AS made;
$$;

COMMENT ON FUNCTION c360._standardised(double precision[], double precision[], double precision[]) IS
    'Columns of numbers with mean 0 and standard deviation 1, a 1 before each row.';
