-- How many rows of each kind of metadata a tenant may have, and why not more. Pure.

CREATE OR REPLACE FUNCTION c360._metadata_limits()
    RETURNS TABLE (table_name name, most integer, what text, reason text)
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('profile_attributes'::name, 1500, 'attributes', 'A table of PostgreSQL has at most 1,600 columns, and the golden record some of its own.'),
        ('identifier_types', 100, 'identifier types', 'Each is looked at for every observation.'),
        ('match_rules', 50, 'match rules', 'Each finds candidates of its own for every observation.'),
        ('jobs', 100, 'jobs', 'The times of all are looked at by every worker.'),
        ('blocked_values', 1000, 'blocked patterns', 'Each is a regular expression that runs over every new identifier.'),
        ('computed_traits', 100, 'computed traits', 'Each is worked out for every golden record that is touched.'),
        ('segments', 200, 'segments', 'Each is evaluated for every golden record that is touched.'),
        ('funnels', 30, 'funnels', 'Each is counted for every golden record that is touched.'),
        ('topic_consumers', 100, 'consumers of topics', 'Messages stay in the log for each, and all are looked at by maintenance that serves all tenants.'),
        ('consent_purposes', 100, 'purposes of consent', 'Each is looked up for every person something is sent to.'),
        ('activation_rules', 100, 'rules of activation', 'Each is looked at for every golden record that is touched.'),
        ('subscriptions', 100, 'webhooks', 'Each receives every message, from a fan-out that serves all tenants.');
$$;

COMMENT ON FUNCTION c360._metadata_limits() IS
    'How many attributes, identifier types, match rules, jobs, blocked patterns, computed traits, segments, funnels, consumers, purposes of consent, rules of activation and webhooks a tenant may have.';
