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
        ('reader', 'c360', 'list_profiles, profile, profile_as_of, profile_history, explain_profile, explain_link'),
        ('reader', 'c360', 'identity_status, match_model, match_model_sweep, match_reviews, link_overrides'),
        ('writer', 'c360', 'merge_profiles, split_profile, release_attribute, accept_review, reject_review'),
        ('writer', 'c360', 'set_link_override, remove_link_override, resolve_identities, retry_resolution'),
        ('admin', 'c360', 'preview_rules, rebuild_identities, train_match_model'),

        -- what comes in
        ('reader', 'c360', 'recent_events, list_imports, import_records, import_presets'),
        ('reader', 'c360', 'rejected_events, count_rejected_events, summarise_rejected_events, rejected_backlog'),
        ('writer', 'c360', 'ingest, ingest_request, redrive_rejected_events, redrive_corrected_events, redrive_rejected_batch'),
        ('reader', 'c360', 'list_streams'),
        ('writer', 'c360', 'begin_stream, seek_stream, ingest_stream'),
        ('writer', 'c360', 'discard_rejected_events, discard_rejected_batch'),
        ('writer', 'c360', 'import_raw_profiles, propose_import, begin_import, import_rows, import_staged_rows, import_sample, finish_import'),
        ('admin', 'c360', 'find_rejected_events, import_rejects, create_api_key, revoke_api_key, list_api_keys, maintain_event_partitions'),

        -- visits
        ('reader', 'c360', 'list_sessions'),
        ('admin', 'c360', 'refresh_sessions'),

        -- what follows from golden records
        ('reader', 'c360', 'profile_metrics, events_in_window'),
        ('admin', 'c360', 'refresh_profiles'),

        -- the tracking plan
        ('reader', 'c360', 'event_schemas, event_violations, check_event'),
        ('admin', 'c360', 'infer_event_schema, set_event_schema, remove_event_schema'),

        -- what goes out
        ('reader', 'c360', 'tail_topic, list_topic_consumers, list_subscriptions, show_subscription, list_dead_letters'),
        ('reader', 'c360', 'subscription_stats, list_attempts, show_message'),
        ('writer', 'c360', 'read_topic, commit_topic'),
        ('admin', 'c360', 'create_topic_consumer, drop_topic_consumer, replay_topic, read_topic_as_sent'),
        ('reader', 'c360', 'list_sinks, list_sink_refusals'),
        ('admin', 'c360', 'enable_sink, disable_sink, resend_refused'),
        ('admin', 'c360', 'relay_status'),
        ('admin', 'c360', 'add_subscription, change_subscription, pause_subscription, resume_subscription, disable_subscription'),
        ('admin', 'c360', 'remove_subscription'),
        ('admin', 'c360', 'rotate_subscription_secret, prepare_test_message, prepare_example_message'),
        ('admin', 'c360', 'sealed_secrets, rewrap_secret, retire_secrets'),
        ('admin', 'c360', 'replay_dead_letters, replay_messages, recover_subscription'),
        ('admin', 'c360', 'set_subscription_rendering, set_subscription_credentials, show_subscription_rendering'),

        -- scores
        ('reader', 'c360', 'rfm, rfm_summary, rfm_segments, rfm_movement, validate_clv, validate_lead, list_currency_rates'),
        ('reader', 'c360', 'engagement_settings, most_engaged, lead_scores, lead_probabilities, explain_score, contracts, validate_subscriptions'),
        ('admin', 'c360', 'refresh_scores, set_rfm, fit_clv, set_currency_rates, set_engagement, set_lead, set_lead_model, fit_lead'),
        ('admin', 'c360', 'set_subscription, fit_subscriptions'),

        -- segments
        ('reader', 'c360', 'list_segments, segment_members, segment_history, explain_segment'),
        ('admin', 'c360', 'set_segment, remove_segment, refresh_segments'),

        -- computed traits
        ('reader', 'c360', 'list_computed_traits, explain_trait'),
        ('admin', 'c360', 'set_computed_trait, remove_computed_trait, refresh_traits'),

        -- reports
        ('reader', 'c360', 'report_days, report_cohorts, report_rfm, report_clv, report_funnel, kept_funnel, list_funnels'),
        ('admin', 'c360', 'refresh_reports, set_funnel, remove_funnel'),

        -- the tenant itself
        ('reader', 'c360', 'tenant_metadata, tenant_state, tenant_status, metadata_history, metadata_version'),
        ('admin', 'c360', 'set_match_rule, remove_match_rule, tenant_blueprint, as_sent, sync_state, await_sync'),

        -- consent
        ('reader', 'c360', 'list_consent_purposes, consent_state, consents'),
        ('writer', 'c360', 'set_consent'),
        ('admin', 'c360', 'set_consent_purpose, remove_consent_purpose, consent_proofs'),

        -- activation
        ('admin', 'c360', 'list_activation_rules, set_activation_rule, remove_activation_rule, run_activations'),
        ('admin', 'c360', 'preview_activation, explain_activation'),
        ('writer', 'c360', 'record_outcome, record_outcome_body'),

        -- AI agents
        ('reader', 'c360', 'agent_context, agent_context_body'),
        ('admin', 'c360', 'agent_calls'),

        -- what is kept, and how long
        ('reader', 'c360', 'retention, erasures'),
        ('admin', 'c360', 'set_retention, apply_retention, erase_profile, lift_suppression'),

        -- the lake
        ('reader', 'c360', 'lake_schema, lake_status, lake_partitions, lake_files, lake_erasures'),

        -- jobs
        ('reader', 'c360', 'list_jobs, job_history'),
        ('admin', 'c360', 'set_job, remove_job, run_job'),

        -- of no tenant
        ('reader', 'c360', 'my_tenants, list_topics, list_message_types, mask_value, present_text, list_job_kinds'),
        ('reader', 'c360', 'fit_purchases, fit_spend, probability_alive, probability_no_purchase, expected_purchases, expected_value'),
        ('reader', 'c360', 'fit_logistic, logistic_probability, discounted_purchases_if_alive, fit_retention, probability_retained, expected_periods'),
        ('reader', 'c360', 'event_page, event_campaign, event_device, event_session_id, user_agent'),
        ('reader', 'c360', 'normalise_country, normalise_date, normalise_email, normalise_document, normalise_gender, normalise_id'),
        ('reader', 'c360', 'normalise_name, normalise_phone, normalise_words'),

        -- HTTP by PostgREST: it becomes a role of the tenant
        ('reader', 'c360', 'request_tenant'),
        ('writer', 'c360', 'ingest_claimed'),
        ('reader', 'c360_v1', 'profile, agent_context, schema_version'),
        ('writer', 'c360_v1', 'identify, track, page, screen, group, alias, batch, import, consent, outcome'),

        -- daemons
        ('gateway', 'c360_v1', 'receive, receive_many, receive_chat, receive_records, profile_by_key, outcome_by_key, agent_context_by_key, read_by_key, openapi_by_key, check_key, schema_version'),
        ('relay', 'c360', 'await_bell, bell_channel, fan_out, backfill_deliveries, ring_topics, claim_lanes, read_deliveries, note_sent_messages, settle_deliveries, release_lanes'),
        ('relay', 'c360', 'next_delivery_due, bury_deliveries, subscription_secrets, check_cluster, renew_relay, compare_clocks'),
        ('relay', 'c360', 'claim_sinks, release_sinks, read_sink, commit_sink, note_sink, read_due_refusals, settle_refusals'),
        ('relay', 'c360', 'subscription_rendering, claim_credentials, renew_credentials'),
        ('relay', 'c360', 'relay_status, feed_status, maintain_deliveries, maintain_message_partitions'),
        ('worker', 'c360', 'await_bell, bell_channel, list_tenants, tenants_with_work, resolve_identities, refresh_scores, refresh_sessions'),
        ('worker', 'c360', 'refresh_profiles, refresh_traits, refresh_segments, refresh_reports, fit_clv, run_activations'),
        ('worker', 'c360', 'maintain_event_partitions, maintain_message_partitions, apply_retention, rejected_backlog, snapshot_holders'),
        ('worker', 'c360', 'claim_lake, note_lake_visit, lake_target, hold_lake, release_lake, lake_months, lake_days, lake_hashes, lake_rows, lake_copy, lake_manifest'),
        ('worker', 'c360', 'plan_lake_export, begin_lake_file, finish_lake_file, verify_lake_partition, note_lake_manifest, forget_lake_files'),
        ('worker', 'c360', 'lake_schema, lake_files, lake_partitions'),
        ('worker', 'c360', 'lake_erasures_waiting, replace_lake_file, join_lake_files, discard_lake_files, finish_lake_erasure'),
        ('worker', 'c360', 'jobs_to_plan, plan_job, claim_jobs, renew_job_run, run_job_step, finish_job_run'),

        -- the owner
        ('owner', 'c360', 'register_tenant, apply_metadata, suspend_tenant, resume_tenant, drop_tenant, count_values, request_sync, set_lake'),
        ('owner', 'c360', 'drop_lake_partition, begin_lake_restore, finish_lake_restore'),
        ('owner', 'c360', 'confirm_cluster, doctor, doctor_security, status')
) AS listed (taken_by, schema_name, function_names)
CROSS JOIN LATERAL string_to_table(listed.function_names, ',') AS name;

CALL c360._apply_function_rights();
