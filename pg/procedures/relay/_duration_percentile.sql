-- The duration below which p_share of the counted requests lay, in milliseconds, as far as the buckets of delivery_minutes tell: within
-- one, requests are taken to be spread evenly. NULL where nothing was counted. Pure.

CREATE OR REPLACE FUNCTION c360._duration_percentile(p_counts bigint[], p_share double precision)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT round((bucket.low + (bucket.high - bucket.low) * (bucket.wanted - bucket.before) / bucket.messages)::numeric, 1)::double precision
    FROM (
        SELECT
            counted.number,
            counted.messages,
            (ARRAY[0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000])[counted.number] AS low,
            (ARRAY[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000])[counted.number] AS high,
            sum(counted.messages) OVER (ORDER BY counted.number) - counted.messages AS before,
            p_share * sum(counted.messages) OVER () AS wanted
        FROM unnest(p_counts) WITH ORDINALITY AS counted (messages, number)
    ) AS bucket
    WHERE bucket.messages > 0
      AND bucket.wanted <= bucket.before + bucket.messages
    ORDER BY bucket.number
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._duration_percentile(bigint[], double precision) IS
    'A percentile of durations counted in buckets, in milliseconds.';
