-- Tables of a tenant that none of its roles may read: with the key and the hashes, whoever has a list of addresses could try
-- them all and learn who was erased. What is kept of segments and traits people read through a view and functions, which leave out those that would
-- tell masked values; so they do with the order by engagement and how far single persons came in funnels, of consents the
-- proofs, what rules of activation, which may look at such segments, decided, who was told what on behalf of agents, and whom the lake is still to forget. Pure.

CREATE OR REPLACE FUNCTION c360._is_private_table(p_table text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p_table IN (
        'cdp_erasure_keys', 'cdp_suppressions', 'cdp_erased_event_ids',
        'cdp_segment_states', 'cdp_segment_members', 'cdp_segment_changes', 'cdp_segment_passes',
        'cdp_engagement_ranks', 'cdp_engagement_states', 'cdp_report_funnel_parts', 'cdp_report_funnel_states',
        'cdp_trait_states', 'cdp_trait_values', 'cdp_trait_passes', 'cdp_consents', 'cdp_consent_marks',
        'cdp_activation_queue', 'cdp_activations', 'cdp_activation_places', 'cdp_activation_sides', 'cdp_activation_passes',
        'cdp_sent_messages', 'cdp_consent_objections', 'cdp_consent_told', 'cdp_agent_calls', 'cdp_lake_erasures'
    );
$$;

COMMENT ON FUNCTION c360._is_private_table(text) IS
    'Whether a table of a tenant is kept from all roles of the tenant.';
