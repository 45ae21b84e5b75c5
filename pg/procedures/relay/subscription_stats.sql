-- What the webhooks of a tenant did since a time: messages delivered and attempts failed, how many a minute, how long requests took, and
-- what waits. series says the same by the minute or hour, quiet ones left out. Deliveries are counted by the minute for 30 days; failed
-- attempts stand in delivery_attempts, for as long as retention keeps them. Safe to repeat; reads only.
-- Raises: U4404 of the tenant; U4424 time_out_of_bounds; U5404 subscription_not_found; U5421 subscription_invalid for a p_by that is none

CREATE OR REPLACE FUNCTION c360.subscription_stats(
    p_tenant       text,
    p_subscription text DEFAULT NULL,
    p_since        timestamptz DEFAULT now() - interval '24 hours',
    p_by           text DEFAULT 'hour'
)
    RETURNS SETOF jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._checked_time('p_since', p_since);
    IF p_subscription IS NOT NULL THEN
        v_id := c360._find_subscription(p_tenant, p_subscription);
    END IF;
    IF p_by NOT IN ('minute', 'hour', 'day') OR p_by IS NULL THEN
        RAISE EXCEPTION 'a series is not by "%"', p_by
            USING ERRCODE = 'U5421',
                  HINT = 'By minute, hour or day.';
    END IF;

    RETURN QUERY
    WITH moment AS MATERIALIZED (
        SELECT
            own.subscription_id,
            date_trunc(p_by, own.at) AS at,
            sum(own.delivered) AS delivered,
            sum(own.failed) AS failed,
            ARRAY(
                SELECT sum(bucket.messages)
                FROM unnest(array_agg(own.durations)) WITH ORDINALITY AS bucket (messages, place)
                GROUP BY (bucket.place - 1) % 14
                ORDER BY (bucket.place - 1) % 14
            )::bigint[] AS durations
        FROM (
            SELECT
                counted.subscription_id,
                counted.minute AS at,
                counted.delivered::bigint,
                0::bigint AS failed,
                counted.durations
            FROM c360.delivery_minutes AS counted
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = counted.subscription_id
            WHERE subscription.tenant = p_tenant
              AND counted.minute >= date_trunc('minute', p_since)
            UNION ALL
            SELECT
                attempt.subscription_id,
                attempt.at,
                0,
                1,
                ARRAY(
                    SELECT (width_bucket(attempt.duration_ms, '{1,2,5,10,20,50,100,200,500,1000,2000,5000,10000}'::integer[]) = number.number)::integer
                    FROM generate_series(0, 13) AS number (number)
                    ORDER BY number.number
                )
            FROM c360.delivery_attempts AS attempt
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = attempt.subscription_id
            WHERE subscription.tenant = p_tenant
              AND attempt.at >= p_since
        ) AS own
        WHERE v_id IS NULL
           OR own.subscription_id = v_id
        GROUP BY
            own.subscription_id,
            date_trunc(p_by, own.at)
    ),
    whole AS (
        SELECT
            moment.subscription_id,
            sum(moment.delivered)::bigint AS delivered,
            sum(moment.failed)::bigint AS failed,
            ARRAY(
                SELECT sum(bucket.messages)
                FROM unnest(array_agg(moment.durations)) WITH ORDINALITY AS bucket (messages, place)
                GROUP BY (bucket.place - 1) % 14
                ORDER BY (bucket.place - 1) % 14
            )::bigint[] AS durations,
            jsonb_agg(jsonb_build_object(
                'at', moment.at,
                'delivered', moment.delivered,
                'failed', moment.failed,
                'p50_ms', c360._duration_percentile(moment.durations, 0.5),
                'p95_ms', c360._duration_percentile(moment.durations, 0.95)
            ) ORDER BY moment.at) AS series
        FROM moment
        GROUP BY moment.subscription_id
    )
    SELECT jsonb_build_object(
        'name', status.name,
        'state', status.state,
        'circuit', status.circuit,
        'since', p_since,
        'delivered', coalesce(whole.delivered, 0),
        'failed', coalesce(whole.failed, 0),
        'delivered_per_minute', round(
            coalesce(whole.delivered, 0) / greatest(1, extract(epoch FROM clock_timestamp() - p_since) / 60), 2
        ),
        'failed_share', round(whole.failed::numeric / nullif(whole.delivered + whole.failed, 0), 4),
        'p50_ms', c360._duration_percentile(whole.durations, 0.5),
        'p95_ms', c360._duration_percentile(whole.durations, 0.95),
        'waiting', status.backlog + status.parked,
        'retries', status.parked,
        'is_held_back', EXISTS (
            SELECT
            FROM c360.backfills AS backfill
            WHERE backfill.subscription_id = status.subscription_id
              AND backfill.is_held
        ),
        'oldest_seconds', round(status.oldest_seconds::numeric, 1),
        'dead_letters', status.dead_letters,
        'delivered_ever', status.delivered_count,
        'failed_ever', status.failed_count,
        'series', coalesce(whole.series, '[]')
    )
    FROM c360.relay_status(p_tenant) AS status
    LEFT JOIN whole ON whole.subscription_id = status.subscription_id
    WHERE v_id IS NULL
       OR status.subscription_id = v_id
    ORDER BY status.name;
END;
$$;

COMMENT ON FUNCTION c360.subscription_stats(text, text, timestamptz, text) IS
    'What webhooks delivered and failed since a time, how fast, and what waits; with a series by minute, hour or day.';
