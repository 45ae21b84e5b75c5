-- Seconds the whole endpoint is left alone after an answer that asks for it: as long as Retry-After says, an hour at most; after a 429
-- without one the first pause of the retry schedule. NULL for other answers. Pure but for the jitter, which is passed in (0 to 1).

CREATE OR REPLACE FUNCTION c360._rest_seconds(
    p_schedule    double precision[],
    p_status      integer,
    p_retry_after double precision,
    p_jitter      double precision
)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_status IN (429, 503) AND p_retry_after > 0 THEN
            least(p_retry_after, 3600) * (1 + 0.1 * p_jitter)
        WHEN p_status = 429 THEN (
            SELECT coalesce(min(pause), 5)
            FROM unnest(p_schedule) AS pause
            WHERE pause > 0
        )
    END;
$$;

COMMENT ON FUNCTION c360._rest_seconds(double precision[], integer, double precision, double precision) IS
    'How long an endpoint wants to be left alone; NULL when it does not.';
