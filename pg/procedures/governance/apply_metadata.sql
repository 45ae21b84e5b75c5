-- Brings the metadata of a tenant in line with a document: registers the tenant when it is new, changes the properties
-- that are given, adds or changes the listed identifier types, attributes, blocked values, match rules, computed traits, segments, retention policies,
-- funnels, purposes of consent, rules of activation and jobs, each row given whole, RFM, engagement, leads and their model, and subscriptions.
-- Removes nothing: an attribute is retired by its status. Safe to repeat; unchanged rows stay untouched. The schema
-- follows with the next sync. For the owner of c360 alone; granted to nobody.
-- Raises: U2510 consent_purpose_invalid, U2511 consent_purpose_not_found, U2520 activation_rule_invalid, U3410 rfm_invalid, U3411 score_settings_invalid, U3420 funnel_invalid, U4410 tenant_invalid, U4416 match_rule_invalid, U4430 retention_invalid, U4440 job_invalid, and 23514 with the name of the rule for a row that cannot be right

CREATE OR REPLACE FUNCTION c360.apply_metadata(p_document jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant text := p_document ->> 'tenant';
BEGIN
    IF NOT EXISTS (SELECT FROM c360.tenants AS known WHERE known.tenant = v_tenant) THEN
        PERFORM c360.register_tenant(
            v_tenant,
            p_document ->> 'display_name',
            coalesce(p_document ->> 'default_country', 'US'),
            coalesce(p_document ->> 'default_currency', 'USD'),
            coalesce(p_document ->> 'time_zone', 'UTC')
        );
    END IF;

    PERFORM c360._apply_tenant_properties(v_tenant, p_document);
    PERFORM c360._apply_identifier_types(v_tenant, p_document -> 'identifier_types');
    PERFORM c360._apply_attributes(v_tenant, p_document -> 'attributes');

    INSERT INTO c360.blocked_values AS blocked (tenant, identifier_type, pattern, reason)
    SELECT v_tenant, given.identifier_type, given.pattern, given.reason
    FROM jsonb_to_recordset(p_document -> 'blocked_values') AS given (identifier_type text, pattern text, reason text)
    ON CONFLICT (tenant, identifier_type, pattern) DO UPDATE
    SET reason = excluded.reason
    WHERE blocked.reason <> excluded.reason;

    PERFORM c360._apply_match_rules(v_tenant, p_document -> 'match_rules');
    PERFORM c360._apply_computed_traits(v_tenant, p_document -> 'traits');
    PERFORM c360._apply_segments(v_tenant, p_document -> 'segments');
    PERFORM c360._apply_retention_policies(v_tenant, p_document -> 'retention');
    PERFORM c360._apply_rfm(v_tenant, p_document -> 'rfm');
    PERFORM c360._apply_score_settings(v_tenant, 'engagement', p_document -> 'engagement');
    PERFORM c360._apply_score_settings(v_tenant, 'lead', p_document -> 'lead');
    PERFORM c360._apply_score_settings(v_tenant, 'lead_model', p_document -> 'lead_model');
    PERFORM c360._apply_score_settings(v_tenant, 'subscription', p_document -> 'subscription');
    PERFORM c360._apply_funnels(v_tenant, p_document -> 'funnels');
    PERFORM c360._apply_consent_purposes(v_tenant, p_document -> 'consents');
    PERFORM c360._apply_activation_rules(v_tenant, p_document -> 'activations');
    PERFORM c360._apply_jobs(v_tenant, p_document -> 'jobs');
END;
$$;

COMMENT ON FUNCTION c360.apply_metadata(jsonb) IS
    'Adds and changes the metadata of a tenant as a document says; removes nothing.';
