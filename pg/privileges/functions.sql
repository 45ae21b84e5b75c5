-- Who may call which function: the one list. Grants, the functions of the tenants' schemas, docs/reference/functions.md and the tests
-- are made from it; a function that is not in it fails a test.
--
-- reader, writer, admin   people of a tenant; a writer is a reader too, an admin a writer. A function that takes a tenant is called in the
--                         tenant's schema, without the tenant: tenant_acme.profile('email', 'an@shop.vn'). Others are called as they are.
-- gateway, relay, worker  the roles of the daemons; they call the shared functions themselves, the gateway only what takes a key's hash
-- owner                   c360_owner alone
--
-- Functions beginning with _ are nobody's and do not stand here.

DELETE FROM c360.function_rights;

INSERT INTO c360.function_rights (taken_by, schema_name, function_name)
SELECT
    listed.taken_by,
    listed.schema_name,
    trim(name)
FROM (
    VALUES
        -- what a person is known as
        ('reader', 'c360', 'profile, profile_as_of, profile_history, explain_profile, explain_link'),
        ('reader', 'c360', 'identity_status, match_model, match_model_sweep, match_reviews, link_overrides'),
        ('writer', 'c360', 'merge_profiles, split_profile, release_attribute, accept_review, reject_review'),
        ('writer', 'c360', 'set_link_override, remove_link_override, resolve_identities, retry_resolution'),
        ('admin', 'c360', 'preview_rules, rebuild_identities, train_match_model'),

        -- what comes in
        ('reader', 'c360', 'recent_events, rejected_events, list_imports, import_records'),
        ('writer', 'c360', 'ingest, ingest_request, redrive_rejected_events, discard_rejected_events'),
        ('writer', 'c360', 'import_raw_profiles, begin_import, import_rows, import_staged_rows, finish_import'),
        ('admin', 'c360', 'import_rejects, create_api_key, revoke_api_key, list_api_keys, maintain_event_partitions'),

        -- what goes out
        ('reader', 'c360', 'tail_topic, list_subscriptions, show_subscription, list_dead_letters'),
        ('admin', 'c360', 'relay_status'),
        ('admin', 'c360', 'add_subscription, pause_subscription, resume_subscription, remove_subscription'),
        ('admin', 'c360', 'rotate_subscription_secret, prepare_test_message, replay_dead_letters'),

        -- scores
        ('reader', 'c360', 'rfm, rfm_summary'),
        ('admin', 'c360', 'refresh_scores'),

        -- the tenant itself
        ('reader', 'c360', 'tenant_metadata, tenant_state, tenant_status, metadata_history, metadata_version'),
        ('admin', 'c360', 'set_match_rule, remove_match_rule, tenant_blueprint, as_sent'),

        -- what is kept, and how long
        ('reader', 'c360', 'retention, erasures'),
        ('admin', 'c360', 'set_retention, apply_retention, erase_profile, lift_suppression'),

        -- of no tenant
        ('reader', 'c360', 'my_tenants, list_topics, mask_value, present_text'),
        ('reader', 'c360', 'normalise_country, normalise_date, normalise_email, normalise_document, normalise_gender, normalise_id'),
        ('reader', 'c360', 'normalise_name, normalise_phone, normalise_words'),

        -- HTTP by PostgREST: it becomes a role of the tenant
        ('reader', 'c360', 'request_tenant'),
        ('writer', 'c360', 'ingest_claimed'),
        ('reader', 'c360_v1', 'profile, schema_version'),
        ('writer', 'c360_v1', 'identify, track, page, screen, group, alias, batch, import'),

        -- daemons
        ('gateway', 'c360_v1', 'receive, profile_by_key, check_key, schema_version'),
        ('relay', 'c360', 'await_bell, bell_channel, fan_out, backfill_deliveries, ring_topics, claim_lanes, read_lane, settle_deliveries, release_lane'),
        ('relay', 'c360', 'release_due_deliveries, bury_deliveries, subscription_secrets, check_cluster, renew_relay'),
        ('relay', 'c360', 'relay_status, feed_status, maintain_deliveries, maintain_message_partitions'),
        ('worker', 'c360', 'await_bell, bell_channel, list_tenants, tenants_with_work, resolve_identities, refresh_scores'),
        ('worker', 'c360', 'maintain_event_partitions, maintain_message_partitions, apply_retention'),

        -- the owner
        ('owner', 'c360', 'register_tenant, apply_metadata, suspend_tenant, resume_tenant, drop_tenant, count_values'),
        ('owner', 'c360', 'confirm_cluster, doctor, doctor_security, status')
) AS listed (taken_by, schema_name, function_names)
CROSS JOIN LATERAL string_to_table(listed.function_names, ',') AS name;

CALL c360._apply_function_rights();
