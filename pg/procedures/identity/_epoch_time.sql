-- The point in time that a count since 1970 means: 9 and 10 digits are seconds, 11 to 13 milliseconds, 15 and 16 microseconds,
-- 18 and 19 nanoseconds. NULL for shorter numbers, for 14 and 17 digits, which are more often a day and a time written together,
-- and for what is outside the years 1000 to 2200. Raises nothing.

CREATE OR REPLACE FUNCTION c360._epoch_time(p_number numeric)
    RETURNS timestamptz
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN counted.seconds BETWEEN -30610224000 AND 7289654399 THEN
            timestamptz '1970-01-01 00:00:00Z' + make_interval(secs => counted.seconds::double precision)
    END
    FROM (
        SELECT p_number / CASE length(trunc(abs(p_number))::text)
            WHEN 9 THEN 1 WHEN 10 THEN 1
            WHEN 11 THEN 1000 WHEN 12 THEN 1000 WHEN 13 THEN 1000
            WHEN 15 THEN 1000000 WHEN 16 THEN 1000000
            WHEN 18 THEN 1000000000 WHEN 19 THEN 1000000000
        END AS seconds
    ) AS counted;
$$;

COMMENT ON FUNCTION c360._epoch_time(numeric) IS
    'The point in time of a count of seconds, milli-, micro- or nanoseconds since 1970, told apart by its digits.';
