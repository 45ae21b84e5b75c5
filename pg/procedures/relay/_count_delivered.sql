-- Counts messages that a webhook took, by the minute and by how long each request lasted. Called by whoever settles answers, once a call,
-- with a lane it holds, so that relays do not wait for each other. A message in a batch counts with the time of its request.
-- Not safe to repeat: each call counts.

CREATE OR REPLACE FUNCTION c360._count_delivered(
    p_subscription_id uuid,
    p_lane            integer,
    p_durations_ms    integer[]
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.delivery_minutes AS known (subscription_id, minute, lane, delivered, durations)
    SELECT
        p_subscription_id,
        date_trunc('minute', clock_timestamp()),
        p_lane,
        sum(bucket.messages),
        array_agg(bucket.messages ORDER BY bucket.number)
    FROM (
        SELECT
            number.number,
            count(took.ms)::integer AS messages
        FROM generate_series(0, 13) AS number (number)
        LEFT JOIN unnest(p_durations_ms) AS took (ms)
            ON width_bucket(took.ms, '{1,2,5,10,20,50,100,200,500,1000,2000,5000,10000}'::integer[]) = number.number
        GROUP BY number.number
    ) AS bucket
    HAVING sum(bucket.messages) > 0
    ON CONFLICT (subscription_id, minute, lane) DO UPDATE
    SET delivered = known.delivered + excluded.delivered,
        durations = ARRAY(
            SELECT before.messages + more.messages
            FROM unnest(known.durations) WITH ORDINALITY AS before (messages, number)
            JOIN unnest(excluded.durations) WITH ORDINALITY AS more (messages, number) ON more.number = before.number
            ORDER BY before.number
        );
$$;

COMMENT ON FUNCTION c360._count_delivered(uuid, integer, integer[]) IS
    'Counts messages a webhook took, by the minute and by duration.';
