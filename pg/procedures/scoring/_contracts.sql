-- The contracts of golden records as of a point in time, all of them for NULL: what was told of one subscription, from a start until it ended. A
-- start after a cancellation, or after the time in which a renewal could still have come, begins a new contract; any other is one more report of
-- what is known. Events count in the order they happened, whichever came first and however often; those of one moment as started, renewed, cancelled.
--   renewals   by the calendar: a renewal counts for the end of a period it is nearest to, so one that was never told is implied by a later one
--   status     cancelled: a cancellation that no renewal followed; lapsed: not renewed within the grace; else active
--   ends_on    end of the last period that was paid for
--   price      the last that was told, as sent
--   knows_start   what came first is a start; else it is older than can be told, and says nothing of how long contracts last
-- Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._contracts(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_as_of              timestamptz
)
    RETURNS TABLE (
        master_profile_id uuid,
        subscription_id   text,
        contract          integer,
        started_on        date,
        renewals          integer,
        status            text,
        ends_on           date,
        knows_start       boolean,
        price             jsonb,
        currency          jsonb
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_settings c360.subscription_settings := c360._subscription_settings(p_tenant);
    v_today    date;
BEGIN
    SELECT (p_as_of AT TIME ZONE tenant.time_zone)::date
    INTO v_today
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    WITH told AS (
        SELECT
            event.*,
            row_number() OVER in_order AS place,
            lag(event.kind) OVER in_order AS kind_before,
            max(event.day) FILTER (WHERE event.kind <> 'cancelled') OVER (
                PARTITION BY event.master_profile_id, event.subscription_id
                ORDER BY event.occurred_at, array_position('{started,renewed,cancelled}', event.kind), event.message_id COLLATE "C"
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS paid_before
        FROM c360._subscription_events(p_tenant, v_settings, p_master_profile_ids, p_as_of) AS event
        WINDOW in_order AS (
            PARTITION BY event.master_profile_id, event.subscription_id
            ORDER BY event.occurred_at, array_position('{started,renewed,cancelled}', event.kind), event.message_id COLLATE "C"
        )
    ),
    numbered AS (
        SELECT
            told.*,
            count(*) FILTER (
                WHERE told.kind = 'started'
                  AND (
                      told.kind_before IS NULL
                      OR told.kind_before = 'cancelled'
                      OR NOT v_settings.renews_by_itself AND told.day > (told.paid_before + v_settings.period)::date + v_settings.grace_days
                  )
            ) OVER (PARTITION BY told.master_profile_id, told.subscription_id ORDER BY told.place) AS starts
        FROM told
    ),
    -- Before the first start: what is left of a contract that is older.
    dated AS (
        SELECT
            numbered.*,
            min(numbered.day) FILTER (WHERE numbered.kind <> 'cancelled') OVER own AS first_day
        FROM numbered
        WINDOW own AS (PARTITION BY numbered.master_profile_id, numbered.subscription_id, numbered.starts)
    ),
    summed AS (
        SELECT
            dated.master_profile_id,
            dated.subscription_id,
            dated.starts,
            dated.first_day,
            greatest(max(round((dated.day - dated.first_day) / v_settings.period_days)) FILTER (WHERE dated.kind <> 'cancelled'), 0)::integer AS renewals,
            (array_agg(dated.kind ORDER BY dated.place DESC))[1] = 'cancelled' AS is_cancelled,
            max(dated.day) AS last_day,
            (array_agg(dated.price ORDER BY dated.place DESC) FILTER (WHERE NOT c360._says_nothing(dated.price)))[1] AS price,
            (array_agg(dated.currency ORDER BY dated.place DESC) FILTER (WHERE NOT c360._says_nothing(dated.price)))[1] AS currency
        FROM dated
        WHERE dated.first_day IS NOT NULL
        GROUP BY
            dated.master_profile_id,
            dated.subscription_id,
            dated.starts,
            dated.first_day
    ),
    counted AS (
        SELECT
            summed.*,
            CASE
                WHEN v_settings.renews_by_itself THEN c360._whole_periods(
                    summed.first_day,
                    CASE WHEN summed.is_cancelled THEN summed.last_day ELSE v_today END,
                    v_settings.period,
                    v_settings.period_days
                )
                ELSE summed.renewals
            END AS kept
        FROM summed
    )
    SELECT
        counted.master_profile_id,
        counted.subscription_id,
        row_number() OVER (PARTITION BY counted.master_profile_id ORDER BY counted.first_day, counted.subscription_id COLLATE "C", counted.starts)::integer,
        counted.first_day,
        counted.kept,
        CASE
            WHEN counted.is_cancelled THEN 'cancelled'
            WHEN NOT v_settings.renews_by_itself AND v_today > ending.day + v_settings.grace_days THEN 'lapsed'
            ELSE 'active'
        END,
        ending.day,
        counted.starts > 0,
        counted.price,
        counted.currency
    FROM counted
    CROSS JOIN LATERAL (SELECT (counted.first_day + (counted.kept + 1) * v_settings.period)::date AS day) AS ending;
END;
$$;

COMMENT ON FUNCTION c360._contracts(text, uuid[], timestamptz) IS
    'The contracts of golden records as of a point in time.';
