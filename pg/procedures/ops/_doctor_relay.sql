-- Findings about deliveries: a copied database, endpoints that are switched off or do not answer, messages that wait long or were given up.
-- Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_relay()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH subscription AS MATERIALIZED (
        SELECT
            status.*,
            format('webhook %s of tenant %s', status.name, status.tenant) AS subject
        FROM c360.relay_status() AS status
    )
    SELECT
        'error',
        subscription.subject,
        format('It is disabled: %s.', subscription.disabled_reason),
        format('Mend the endpoint, then: c360 webhook resume %s %s', subscription.tenant, subscription.name)
    FROM subscription
    WHERE subscription.state = 'disabled'

    UNION ALL

    SELECT
        'error',
        subscription.subject,
        format('It is paused: %s; %s messages wait.', rtrim(known.paused_reason, '.'), subscription.backlog + subscription.parked),
        format('Mend the condition: c360 webhook set %s %s --where ...', subscription.tenant, subscription.name)
    FROM subscription
    JOIN c360.subscriptions AS known ON known.subscription_id = subscription.subscription_id
    WHERE known.paused_reason IS NOT NULL

    UNION ALL

    SELECT
        'error',
        subscription.subject,
        CASE WHEN compiled.condition = c360._subscription_filter(known.segment, known.condition)
            THEN format('Nothing is sent, because its condition cannot be evaluated: %s.', rtrim(compiled.problem, '.'))
            ELSE 'Nothing is sent, because its condition is not compiled yet.'
        END,
        CASE WHEN compiled.condition = c360._subscription_filter(known.segment, known.condition)
            THEN format('Mend the condition: c360 webhook set %s %s --where ...', subscription.tenant, subscription.name)
            ELSE format('Run: c360 tenant sync %s', subscription.tenant)
        END
    FROM subscription
    JOIN c360.subscriptions AS known ON known.subscription_id = subscription.subscription_id
    LEFT JOIN c360.subscription_filters AS compiled ON compiled.subscription_id = known.subscription_id
    WHERE known.state = 'active'
      AND (
          compiled.problem IS NOT NULL
          OR compiled.condition IS DISTINCT FROM c360._subscription_filter(known.segment, known.condition)
      )

    UNION ALL

    SELECT
        'warning',
        subscription.subject,
        format('Its endpoint does not answer (%s); %s messages wait.',
               coalesce(subscription.last_error, 'no answer yet'), subscription.backlog + subscription.parked),
        format('Try it with: c360 webhook test %s %s', subscription.tenant, subscription.name)
    FROM subscription
    WHERE subscription.state = 'active'
      AND subscription.circuit <> 'closed'

    UNION ALL

    SELECT
        'warning',
        subscription.subject,
        format('%s messages wait, the oldest for %s minutes.', subscription.backlog, round(subscription.oldest_seconds / 60)),
        'Check that "c360 relay" runs and what it logs.'
    FROM subscription
    WHERE subscription.state = 'active'
      AND subscription.circuit = 'closed'
      AND subscription.backlog > 0
      AND subscription.oldest_seconds > 600

    UNION ALL

    SELECT
        'warning',
        subscription.subject,
        format('%s messages were given up.', subscription.dead_letters),
        format('See and send them again: c360 webhook dead-letters list %s', subscription.tenant)
    FROM subscription
    WHERE subscription.dead_letters > 0

    UNION ALL

    SELECT
        'error',
        'relay',
        format('Nothing is sent from here: the database was copied or moved since messages were last sent. %s', place.change),
        'When the old server sends no more: SELECT c360.confirm_cluster(); then start the relay. A copy for tests is left as it is.'
    FROM c360._cluster_change() AS place (change)
    WHERE place.change IS NOT NULL

    UNION ALL

    SELECT
        'error',
        'relay',
        format('Relay %s sends nothing: its clock is %s seconds %s the database.', running.relay,
               round(abs(running.clock_ahead_seconds)), CASE WHEN running.clock_ahead_seconds > 0 THEN 'ahead of' ELSE 'behind' END),
        'Set the clock that is wrong; the relay goes on by itself.'
    FROM c360.relays AS running
    WHERE running.renewed_at > clock_timestamp() - interval '1 minute'
      AND abs(running.clock_ahead_seconds) > 60

    UNION ALL

    SELECT
        'error',
        'relay',
        format('%s messages wait to be fanned out, the oldest for %s minutes.', feed.waiting, round(feed.oldest_seconds / 60)),
        'Check that "c360 relay" runs and what it logs.'
    FROM c360.feed_status() AS feed
    WHERE feed.oldest_seconds > 600
      AND (
          EXISTS (SELECT FROM subscription WHERE subscription.state = 'active')
          OR EXISTS (SELECT FROM c360.topic_consumers)
      );
$$;

COMMENT ON FUNCTION c360._doctor_relay() IS 'Findings of c360.doctor() about webhooks and the relay.';
