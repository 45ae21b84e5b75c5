-- Seconds until the next attempt: the schedule with 20 % jitter, longer where the endpoint is slow or asks for it.
-- Retry-After is honoured between the scheduled delay and an hour (or twice the delay, if that is more), so that an
-- absurd value neither hurries nor stops us. Pure but for the jitter, which is passed in (0 to 1).

CREATE OR REPLACE FUNCTION c360._retry_delay(
    p_schedule    double precision[],
    p_attempt     integer,
    p_error       text,
    p_retry_after double precision,
    p_jitter      double precision
)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT greatest(
        base.delay * (0.8 + 0.4 * p_jitter),
        CASE
            WHEN p_retry_after > 0 THEN
                least(greatest(p_retry_after, base.delay), greatest(2 * base.delay, 3600)) * (1 + 0.2 * p_jitter)
        END
    )
    FROM (
        SELECT CASE
            WHEN p_error = 'timeout' THEN
                greatest(p_schedule[p_attempt + 1], least(60, p_schedule[cardinality(p_schedule)]))
            ELSE p_schedule[least(p_attempt + 1, cardinality(p_schedule))]
        END AS delay
    ) AS base;
$$;

COMMENT ON FUNCTION c360._retry_delay(double precision[], integer, text, double precision, double precision) IS
    'Seconds from a failed attempt to the next one.';
