-- Findings about endpoints that are not reached for a reason that does not go away by itself: bad TLS, a proxy that refuses, an address
-- that is not allowed. Told from the first failure on. And about rules of activation whose webhook or segment is not there. Circuits that are open are told by _doctor_relay(). Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_endpoints()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'warning',
        format('webhook %s of tenant %s', subscription.name, subscription.tenant),
        format('The last message was not sent: %s (%s)',
               coalesce(attempt.answer, 'no attempt is kept'),
               state.last_error),
        format('Mend that, then try it with: c360 webhook test %s %s', subscription.tenant, subscription.name)
    FROM c360.subscriptions AS subscription
    JOIN c360.subscription_states AS state ON state.subscription_id = subscription.subscription_id
    LEFT JOIN LATERAL (
        SELECT latest.answer
        FROM c360.delivery_attempts AS latest
        WHERE latest.subscription_id = subscription.subscription_id
          AND latest.error = state.last_error
        ORDER BY latest.at DESC
        LIMIT 1
    ) AS attempt ON true
    WHERE subscription.state = 'active'
      AND state.circuit = 'closed'
      AND state.last_error IN ('tls', 'proxy', 'forbidden')
      AND state.last_failed_at > coalesce(state.last_delivered_at, '-infinity')
    UNION ALL
    SELECT
        'warning',
        format('rule %s of tenant %s', rule.rule, rule.tenant),
        format('It contacts nobody: no webhook "%s" receives activation.requested.', rule.definition ->> 'subscription'),
        format('See c360 webhook list %s, and name one with: c360 activation set %s %s', rule.tenant, rule.tenant, rule.rule)
    FROM c360.activation_rules AS rule
    WHERE rule.status = 'active'
      AND rule.definition ? 'subscription'
      AND NOT c360._has_receiver(rule.tenant, rule.definition ->> 'subscription')
    UNION ALL
    SELECT
        'warning',
        format('rule %s of tenant %s', rule.rule, rule.tenant),
        format('It contacts nobody: there is no segment %s.', string_agg(format('"%s"', named.segment), ', ' ORDER BY named.segment)),
        format('Add it with c360 segment create %s, or change the rule with: c360 activation set %s %s', rule.tenant, rule.tenant, rule.rule)
    FROM c360.activation_rules AS rule
    CROSS JOIN LATERAL unnest(c360._activation_segments(rule.definition)) AS named (segment)
    WHERE rule.status = 'active'
      AND NOT EXISTS (
          SELECT
          FROM c360.segments AS known
          WHERE known.tenant = rule.tenant
            AND known.segment = named.segment
      )
    GROUP BY
        rule.tenant,
        rule.rule;
$$;

COMMENT ON FUNCTION c360._doctor_endpoints() IS
    'Findings of c360.doctor() about endpoints that are not reached for a reason that stays, or are not there.';
