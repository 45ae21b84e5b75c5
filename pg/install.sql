-- Installs or upgrades c360 in the current database:   psql -d <database> -f pg/install.sql
--
-- The only order list. psql runs it; the Python installer (c360 db install) reads its \ir lines, so both give the same
-- catalogue. Everything happens in one transaction, and repeating it changes nothing.
--
-- To add a file, list it in its block, then run "make manifest". A test fails for a file that is missing or listed twice.
-- A migration needs four lines: guard, \if, \ir with record, \endif. Everything else needs one line.

\set ON_ERROR_STOP on
\set QUIET on

BEGIN ISOLATION LEVEL READ COMMITTED;

\ir bootstrap.sql
\ir manifest.sql

CALL c360._check_release();

-- migrations ----------------------------------------------------------------------------------------------------------
SELECT c360._migration_pending('0001_governance') AS pending \gset
\if :pending
\ir migrations/0001_governance.sql
SELECT c360._record_migration('0001_governance') AS recorded \gset
\endif

SELECT c360._migration_pending('0002_messages') AS pending \gset
\if :pending
\ir migrations/0002_messages.sql
SELECT c360._record_migration('0002_messages') AS recorded \gset
\endif

SELECT c360._migration_pending('0003_relay') AS pending \gset
\if :pending
\ir migrations/0003_relay.sql
SELECT c360._record_migration('0003_relay') AS recorded \gset
\endif

SELECT c360._migration_pending('0004_scoring') AS pending \gset
\if :pending
\ir migrations/0004_scoring.sql
SELECT c360._record_migration('0004_scoring') AS recorded \gset
\endif

SELECT c360._migration_pending('0005_function_rights') AS pending \gset
\if :pending
\ir migrations/0005_function_rights.sql
SELECT c360._record_migration('0005_function_rights') AS recorded \gset
\endif

SELECT c360._migration_pending('0006_erasure') AS pending \gset
\if :pending
\ir migrations/0006_erasure.sql
SELECT c360._record_migration('0006_erasure') AS recorded \gset
\endif

SELECT c360._migration_pending('0007_relay_places') AS pending \gset
\if :pending
\ir migrations/0007_relay_places.sql
SELECT c360._record_migration('0007_relay_places') AS recorded \gset
\endif

SELECT c360._migration_pending('0008_holding_others_up') AS pending \gset
\if :pending
\ir migrations/0008_holding_others_up.sql
SELECT c360._record_migration('0008_holding_others_up') AS recorded \gset
\endif

SELECT c360._migration_pending('0009_masking') AS pending \gset
\if :pending
\ir migrations/0009_masking.sql
SELECT c360._record_migration('0009_masking') AS recorded \gset
\endif

SELECT c360._migration_pending('0010_retention') AS pending \gset
\if :pending
\ir migrations/0010_retention.sql
SELECT c360._record_migration('0010_retention') AS recorded \gset
\endif

SELECT c360._migration_pending('0011_metadata_limits') AS pending \gset
\if :pending
\ir migrations/0011_metadata_limits.sql
SELECT c360._record_migration('0011_metadata_limits') AS recorded \gset
\endif

SELECT c360._migration_pending('0012_subscription_limits') AS pending \gset
\if :pending
\ir migrations/0012_subscription_limits.sql
SELECT c360._record_migration('0012_subscription_limits') AS recorded \gset
\endif

SELECT c360._migration_pending('0013_values') AS pending \gset
\if :pending
\ir migrations/0013_values.sql
SELECT c360._record_migration('0013_values') AS recorded \gset
\endif

SELECT c360._migration_pending('0014_phone_plans') AS pending \gset
\if :pending
\ir migrations/0014_phone_plans.sql
SELECT c360._record_migration('0014_phone_plans') AS recorded \gset
\endif

SELECT c360._migration_pending('0015_times_and_amounts') AS pending \gset
\if :pending
\ir migrations/0015_times_and_amounts.sql
SELECT c360._record_migration('0015_times_and_amounts') AS recorded \gset
\endif

SELECT c360._migration_pending('0016_names_of_persons') AS pending \gset
\if :pending
\ir migrations/0016_names_of_persons.sql
SELECT c360._record_migration('0016_names_of_persons') AS recorded \gset
\endif

SELECT c360._migration_pending('0017_reserved_names') AS pending \gset
\if :pending
\ir migrations/0017_reserved_names.sql
SELECT c360._record_migration('0017_reserved_names') AS recorded \gset
\endif

SELECT c360._migration_pending('0018_lists_replaced') AS pending \gset
\if :pending
\ir migrations/0018_lists_replaced.sql
SELECT c360._record_migration('0018_lists_replaced') AS recorded \gset
\endif

SELECT c360._migration_pending('0019_sent_events') AS pending \gset
\if :pending
\ir migrations/0019_sent_events.sql
SELECT c360._record_migration('0019_sent_events') AS recorded \gset
\endif

SELECT c360._migration_pending('0020_context') AS pending \gset
\if :pending
\ir migrations/0020_context.sql
SELECT c360._record_migration('0020_context') AS recorded \gset
\endif

SELECT c360._migration_pending('0021_rejected_events') AS pending \gset
\if :pending
\ir migrations/0021_rejected_events.sql
SELECT c360._record_migration('0021_rejected_events') AS recorded \gset
\endif

SELECT c360._migration_pending('0022_models') AS pending \gset
\if :pending
\ir migrations/0022_models.sql
SELECT c360._record_migration('0022_models') AS recorded \gset
\endif

SELECT c360._migration_pending('0023_metrics') AS pending \gset
\if :pending
\ir migrations/0023_metrics.sql
SELECT c360._record_migration('0023_metrics') AS recorded \gset
\endif

SELECT c360._migration_pending('0024_jobs_and_rfm') AS pending \gset
\if :pending
\ir migrations/0024_jobs_and_rfm.sql
SELECT c360._record_migration('0024_jobs_and_rfm') AS recorded \gset
\endif

SELECT c360._migration_pending('0025_segments') AS pending \gset
\if :pending
\ir migrations/0025_segments.sql
SELECT c360._record_migration('0025_segments') AS recorded \gset
\endif

SELECT c360._migration_pending('0026_clv') AS pending \gset
\if :pending
\ir migrations/0026_clv.sql
SELECT c360._record_migration('0026_clv') AS recorded \gset
\endif

SELECT c360._migration_pending('0027_reports') AS pending \gset
\if :pending
\ir migrations/0027_reports.sql
SELECT c360._record_migration('0027_reports') AS recorded \gset
\endif

SELECT c360._migration_pending('0028_score_settings') AS pending \gset
\if :pending
\ir migrations/0028_score_settings.sql
SELECT c360._record_migration('0028_score_settings') AS recorded \gset
\endif

SELECT c360._migration_pending('0029_computed_traits') AS pending \gset
\if :pending
\ir migrations/0029_computed_traits.sql
SELECT c360._record_migration('0029_computed_traits') AS recorded \gset
\endif

SELECT c360._migration_pending('0030_lead_models') AS pending \gset
\if :pending
\ir migrations/0030_lead_models.sql
SELECT c360._record_migration('0030_lead_models') AS recorded \gset
\endif

SELECT c360._migration_pending('0032_funnels') AS pending \gset
\if :pending
\ir migrations/0032_funnels.sql
SELECT c360._record_migration('0032_funnels') AS recorded \gset
\endif

SELECT c360._migration_pending('0033_delivery_batches') AS pending \gset
\if :pending
\ir migrations/0033_delivery_batches.sql
SELECT c360._record_migration('0033_delivery_batches') AS recorded \gset
\endif

SELECT c360._migration_pending('0034_topic_consumers') AS pending \gset
\if :pending
\ir migrations/0034_topic_consumers.sql
SELECT c360._record_migration('0034_topic_consumers') AS recorded \gset
\endif

SELECT c360._migration_pending('0035_consent') AS pending \gset
\if :pending
\ir migrations/0035_consent.sql
SELECT c360._record_migration('0035_consent') AS recorded \gset
\endif

SELECT c360._migration_pending('0036_subscription_controls') AS pending \gset
\if :pending
\ir migrations/0036_subscription_controls.sql
SELECT c360._record_migration('0036_subscription_controls') AS recorded \gset
\endif

SELECT c360._migration_pending('0037_subscription_renderings') AS pending \gset
\if :pending
\ir migrations/0037_subscription_renderings.sql
SELECT c360._record_migration('0037_subscription_renderings') AS recorded \gset
\endif

SELECT c360._migration_pending('0038_activation_rules') AS pending \gset
\if :pending
\ir migrations/0038_activation_rules.sql
SELECT c360._record_migration('0038_activation_rules') AS recorded \gset
\endif

SELECT c360._migration_pending('0039_agents') AS pending \gset
\if :pending
\ir migrations/0039_agents.sql
SELECT c360._record_migration('0039_agents') AS recorded \gset
\endif

SELECT c360._migration_pending('0040_activation_histories') AS pending \gset
\if :pending
\ir migrations/0040_activation_histories.sql
SELECT c360._record_migration('0040_activation_histories') AS recorded \gset
\endif

SELECT c360._migration_pending('0041_tenant_syncs') AS pending \gset
\if :pending
\ir migrations/0041_tenant_syncs.sql
SELECT c360._record_migration('0041_tenant_syncs') AS recorded \gset
\endif

SELECT c360._migration_pending('0042_import_presets') AS pending \gset
\if :pending
\ir migrations/0042_import_presets.sql
SELECT c360._record_migration('0042_import_presets') AS recorded \gset
\endif

SELECT c360._migration_pending('0043_lakes') AS pending \gset
\if :pending
\ir migrations/0043_lakes.sql
SELECT c360._record_migration('0043_lakes') AS recorded \gset
\endif

SELECT c360._migration_pending('0044_sinks') AS pending \gset
\if :pending
\ir migrations/0044_sinks.sql
SELECT c360._record_migration('0044_sinks') AS recorded \gset
\endif

SELECT c360._migration_pending('0046_iceberg_catalog') AS pending \gset
\if :pending
\ir migrations/0046_iceberg_catalog.sql
SELECT c360._record_migration('0046_iceberg_catalog') AS recorded \gset
\endif

-- procedures/governance -----------------------------------------------------------------------------------------------
\ir procedures/governance/_caller.sql
\ir procedures/governance/_actor.sql
\ir procedures/governance/_check_tenant.sql
\ir procedures/governance/_use_tenant.sql
\ir procedures/governance/_make_locks.sql
\ir procedures/governance/_hold_lock.sql
\ir procedures/governance/_try_lock.sql
\ir procedures/governance/_checked_time.sql
\ir procedures/governance/_checked_interval.sql
\ir procedures/governance/_checked_limit.sql
\ir procedures/governance/_default_identifier_types.sql
\ir procedures/governance/_default_blocked_values.sql
\ir procedures/governance/_default_attributes.sql
\ir procedures/governance/_create_tenant_roles.sql
\ir procedures/governance/_name_early_members.sql
\ir procedures/governance/_role_of_right.sql
\ir procedures/governance/_function_grant_differences.sql
\ir procedures/governance/_apply_function_rights.sql
\ir procedures/governance/_tenant_functions.sql
\ir procedures/governance/_tenant_copies.sql
\ir procedures/governance/_tenant_functions_checksum.sql
\ir procedures/governance/_renew_tenant_copies.sql
\ir procedures/governance/_drop_outdated_tenant_functions.sql
\ir procedures/governance/_grant_tenant_functions.sql
\ir procedures/governance/_record_tenant_release.sql
\ir procedures/governance/_renew_tenant_functions.sql
\ir procedures/governance/_renew_tenants.sql
\ir procedures/governance/my_tenants.sql
\ir procedures/governance/register_tenant.sql
\ir procedures/governance/_identity_metadata.sql
\ir procedures/governance/_metadata_differences.sql
\ir procedures/governance/_record_metadata_version.sql
\ir procedures/governance/_metadata_limits.sql
\ir procedures/governance/_composite_rule_problem.sql
\ir procedures/governance/_scored_rule_problem.sql
\ir procedures/governance/_apply_match_rules.sql
\ir procedures/governance/set_match_rule.sql
\ir procedures/governance/remove_match_rule.sql
\ir procedures/governance/_masked_identifier_types.sql
\ir procedures/governance/_masked_attributes.sql
\ir procedures/governance/_masked_changes.sql
\ir procedures/governance/_shown_condition.sql
\ir procedures/governance/_masked_metadata.sql
\ir procedures/governance/metadata_history.sql
\ir procedures/governance/metadata_version.sql
\ir procedures/governance/_apply_attributes.sql
\ir procedures/governance/_apply_identifier_types.sql
\ir procedures/governance/_apply_tenant_properties.sql
\ir procedures/governance/_check_time_zone.sql
\ir procedures/governance/_currencies.sql
\ir procedures/governance/_check_tenant_settings.sql
\ir procedures/governance/apply_metadata.sql
\ir procedures/governance/_forget_attribute.sql
\ir procedures/governance/_forget_tenant_release.sql
\ir procedures/governance/_grant_tenant.sql
\ir procedures/scoring/_masked_scores.sql
\ir procedures/metrics/_masked_metrics.sql
\ir procedures/reports/_masked_reports.sql
\ir procedures/segment/_tells_hidden.sql
\ir procedures/segment/_note_lead_rules.sql
\ir procedures/trait/_hidden_traits.sql
\ir procedures/governance/_hidden_columns.sql
\ir procedures/governance/_reference_ranks.sql
\ir procedures/governance/_tenant_tables.sql
\ir procedures/governance/_tenant_sequences.sql
\ir procedures/governance/_metadata_tables.sql
\ir procedures/governance/_dump_tenant.sql
\ir procedures/governance/_restore_metadata_rows.sql
\ir procedures/governance/_restore_tenant.sql
\ir procedures/governance/_restore_partitions.sql
\ir procedures/governance/_restore_sequences.sql
\ir procedures/governance/count_values.sql
\ir procedures/governance/_drop_tenant_role.sql
\ir procedures/governance/drop_tenant.sql
\ir procedures/governance/list_tenants.sql
\ir procedures/governance/mask_value.sql
\ir procedures/governance/resume_tenant.sql
\ir procedures/governance/suspend_tenant.sql
\ir procedures/scoring/_score_settings.sql
\ir procedures/governance/_subscription_filter.sql
\ir procedures/governance/_tenant_metadata.sql
\ir procedures/governance/tenant_metadata.sql
\ir procedures/governance/tenant_blueprint.sql
\ir procedures/governance/tenant_state.sql
\ir procedures/governance/_request_sync.sql
\ir procedures/governance/_claim_sync.sql
\ir procedures/governance/_renew_sync.sql
\ir procedures/governance/_fail_sync.sql
\ir procedures/governance/_forget_sync_worker.sql
\ir procedures/governance/_open_sync_requests.sql
\ir procedures/governance/_settle_sync.sql
\ir procedures/governance/_begin_rebuild.sql
\ir procedures/governance/_queue_rebuild.sql
\ir procedures/governance/_finish_sync.sql
\ir procedures/governance/_sync_state.sql
\ir procedures/governance/_sync_deadline.sql
\ir procedures/governance/_is_synced.sql
\ir procedures/governance/_commit_error.sql
\ir procedures/governance/_begin_request_sync.sql
\ir procedures/governance/sync_state.sql
\ir procedures/governance/await_sync.sql
\ir procedures/governance/request_sync.sql

-- procedures/context --------------------------------------------------------------------------------------------------
\ir procedures/context/_kept_ip.sql
\ir procedures/context/_with_kept_ip.sql
\ir procedures/context/_text_with_kept_ip.sql
\ir procedures/context/_percent_decoded.sql
\ir procedures/context/_without_mail_addresses.sql
\ir procedures/context/_shown_text.sql
\ir procedures/context/_shown_address.sql
\ir procedures/context/_host_of.sql
\ir procedures/context/_page_member.sql
\ir procedures/context/_click_id_names.sql
\ir procedures/context/_query_values.sql
\ir procedures/context/event_page.sql
\ir procedures/context/_campaign_of.sql
\ir procedures/context/event_campaign.sql
\ir procedures/context/_user_agent_rules.sql
\ir procedures/context/user_agent.sql
\ir procedures/context/event_device.sql
\ir procedures/context/event_session_id.sql
\ir procedures/context/_first_text.sql
\ir procedures/context/_visitors_of.sql
\ir procedures/context/_visitor_events.sql
\ir procedures/context/_has_tracks_called.sql
\ir procedures/context/_visitor_cuts.sql
\ir procedures/context/_write_visits.sql
\ir procedures/context/_queue_sessions.sql
\ir procedures/context/_claim_observations.sql
\ir procedures/context/_drop_visits.sql
\ir procedures/context/refresh_sessions.sql
\ir procedures/context/list_sessions.sql

-- procedures/plan -----------------------------------------------------------------------------------------------------
\ir procedures/plan/_schema_problem.sql
\ir procedures/plan/_schema_constant.sql
\ir procedures/plan/_schema_referred.sql
\ir procedures/plan/_schema_keyword.sql
\ir procedures/plan/_schema_condition.sql
\ir procedures/plan/_schema_checks.sql
\ir procedures/plan/_schema_subject.sql
\ir procedures/plan/_blocking_faults.sql
\ir procedures/plan/_count_violations.sql
\ir procedures/plan/_event_kind.sql
\ir procedures/plan/set_event_schema.sql
\ir procedures/plan/remove_event_schema.sql
\ir procedures/plan/event_schemas.sql
\ir procedures/plan/event_violations.sql
\ir procedures/plan/check_event.sql
\ir procedures/plan/_inferred_schema.sql
\ir procedures/plan/infer_event_schema.sql

-- procedures/ingest ---------------------------------------------------------------------------------------------------
\ir procedures/consent/_is_purpose.sql
\ir procedures/ingest/_rejection_reason.sql
\ir procedures/identity/_month_number.sql
\ir procedures/identity/_plain_time.sql
\ir procedures/identity/_clock.sql
\ir procedures/identity/_day_in_numbers.sql
\ir procedures/identity/_day_in_words.sql
\ir procedures/identity/_dotnet_time.sql
\ir procedures/identity/_iso_time.sql
\ir procedures/identity/_epoch_time.sql
\ir procedures/identity/_point_in_time.sql
\ir procedures/ingest/_client_time.sql
\ir procedures/ingest/_is_oversized.sql
\ir procedures/ingest/_complete_event.sql
\ir procedures/identity/_scalar.sql
\ir procedures/ingest/_event_identifiers.sql
\ir procedures/ingest/_envelope.sql
\ir procedures/ingest/_body_shape.sql
\ir procedures/ingest/_refuse_body.sql
\ir procedures/ingest/_cut_json.sql
\ir procedures/ingest/_type_of_endpoint.sql
\ir procedures/ingest/_unpack_unclean_body.sql
\ir procedures/ingest/_unpack_json.sql
\ir procedures/ingest/_unpack_body.sql
\ir procedures/ingest/_unpack_record.sql
\ir procedures/ingest/_unpack_requests.sql
\ir procedures/ingest/_outcome.sql
\ir procedures/ingest/_judge_events.sql
\ir procedures/ingest/_observe.sql
\ir procedures/ingest/_count_activity.sql
\ir procedures/ingest/_queue_observations.sql
\ir procedures/ingest/_publish_events.sql
\ir procedures/ingest/_record_events.sql
\ir procedures/ingest/_ingest_events.sql
\ir procedures/ingest/_ingest_requests.sql
\ir procedures/ingest/_ingest_body.sql
\ir procedures/ingest/ingest.sql
\ir procedures/ingest/_check_source.sql
\ir procedures/ingest/begin_stream.sql
\ir procedures/ingest/seek_stream.sql
\ir procedures/ingest/ingest_stream.sql
\ir procedures/ingest/list_streams.sql
\ir procedures/ingest/_sent_event_name.sql
\ir procedures/ingest/_has_message_id.sql
\ir procedures/ingest/_filter_texts.sql
\ir procedures/ingest/_filter_time.sql
\ir procedures/ingest/_read_rejected_filter.sql
\ir procedures/ingest/_fits_filter.sql
\ir procedures/ingest/_lock_rejected_events.sql
\ir procedures/ingest/_claim_rejected_events.sql
\ir procedures/ingest/_merge_patch.sql
\ir procedures/ingest/_patched_event.sql
\ir procedures/ingest/_settle_redriven_events.sql
\ir procedures/ingest/_redrive.sql
\ir procedures/ingest/redrive_rejected_events.sql
\ir procedures/ingest/redrive_corrected_events.sql
\ir procedures/ingest/redrive_rejected_batch.sql
\ir procedures/ingest/discard_rejected_events.sql
\ir procedures/ingest/discard_rejected_batch.sql
\ir procedures/ingest/_paths_below.sql
\ir procedures/ingest/_shown_members.sql
\ir procedures/ingest/_shown_fields.sql
\ir procedures/ingest/_shown_event.sql
\ir procedures/ingest/_shown_rejected_event.sql
\ir procedures/ingest/rejected_events.sql
\ir procedures/ingest/count_rejected_events.sql
\ir procedures/ingest/summarise_rejected_events.sql
\ir procedures/ingest/find_rejected_events.sql
\ir procedures/ingest/rejected_backlog.sql
\ir procedures/ingest/recent_events.sql
\ir procedures/ingest/create_api_key.sql
\ir procedures/ingest/revoke_api_key.sql
\ir procedures/ingest/list_api_keys.sql
\ir procedures/ingest/_authenticate_key.sql
\ir procedures/ingest/_body_key_hash.sql
\ir procedures/ingest/_check_key_may.sql
\ir procedures/ingest/request_tenant.sql
\ir procedures/ingest/ingest_request.sql
\ir procedures/ingest/ingest_claimed.sql
\ir procedures/ingest/_chat_event.sql
\ir procedures/ingest/_chatwoot_events.sql
\ir procedures/ingest/_telegram_events.sql
\ir procedures/ingest/_zalo_events.sql
\ir procedures/ingest/_chat_batch.sql
\ir procedures/ingest/_make_partition.sql
\ir procedures/ingest/_maintain_partitions.sql
\ir procedures/ingest/maintain_event_partitions.sql
\ir procedures/ingest/_import_reason.sql
\ir procedures/ingest/_import_synonyms.sql
\ir procedures/ingest/_attribute_synonyms.sql
\ir procedures/ingest/_import_kind_fits.sql
\ir procedures/ingest/_import_pairs.sql
\ir procedures/ingest/_target_base.sql
\ir procedures/ingest/_spelled_target.sql
\ir procedures/ingest/_import_target.sql
\ir procedures/ingest/_target_need.sql
\ir procedures/ingest/_guess_import_targets.sql
\ir procedures/ingest/_preset_hubspot.sql
\ir procedures/ingest/_preset_salesforce.sql
\ir procedures/ingest/_preset_shopify.sql
\ir procedures/ingest/_preset_mailchimp.sql
\ir procedures/ingest/_preset_stripe.sql
\ir procedures/ingest/_preset_magento.sql
\ir procedures/ingest/_import_preset_columns.sql
\ir procedures/ingest/_preset_signatures.sql
\ir procedures/ingest/_preset_of.sql
\ir procedures/ingest/_preset_target.sql
\ir procedures/ingest/_check_import_mapping.sql
\ir procedures/ingest/_import_mapping.sql
\ir procedures/ingest/_import_options.sql
\ir procedures/ingest/_import_document.sql
\ir procedures/ingest/_import_values.sql
\ir procedures/ingest/_import_time_zone.sql
\ir procedures/ingest/_import_list.sql
\ir procedures/ingest/_import_joined.sql
\ir procedures/ingest/_import_answer.sql
\ir procedures/ingest/_import_answers.sql
\ir procedures/ingest/_import_unusable.sql
\ir procedures/ingest/_import_object.sql
\ir procedures/ingest/_import_key.sql
\ir procedures/ingest/_import_projection.sql
\ir procedures/ingest/_judge_import_rows.sql
\ir procedures/ingest/_import_states.sql
\ir procedures/ingest/_keep_import_rejects.sql
\ir procedures/ingest/_observe_import_rows.sql
\ir procedures/ingest/_sight_import_rows.sql
\ir procedures/ingest/_keep_import_records.sql
\ir procedures/ingest/_keep_import_consents.sql
\ir procedures/ingest/_wait_for_imports.sql
\ir procedures/ingest/_record_import_rows.sql
\ir procedures/ingest/_add_counts.sql
\ir procedures/ingest/_advance_import.sql
\ir procedures/ingest/_import_staging.sql
\ir procedures/ingest/_open_import_staging.sql
\ir procedures/ingest/_session_lives.sql
\ir procedures/ingest/_claim_import.sql
\ir procedures/ingest/_release_import.sql
\ir procedures/ingest/_abandon_imports.sql
\ir procedures/ingest/_import_summary.sql
\ir procedures/ingest/_guessed_time.sql
\ir procedures/ingest/_unread_traits.sql
\ir procedures/ingest/import_presets.sql
\ir procedures/ingest/propose_import.sql
\ir procedures/ingest/begin_import.sql
\ir procedures/ingest/import_rows.sql
\ir procedures/ingest/import_staged_rows.sql
\ir procedures/ingest/import_sample.sql
\ir procedures/ingest/finish_import.sql
\ir procedures/ingest/import_raw_profiles.sql
\ir procedures/ingest/list_imports.sql
\ir procedures/ingest/import_rejects.sql
\ir procedures/ingest/import_records.sql

-- procedures/identity -------------------------------------------------------------------------------------------------
\ir procedures/identity/_in_small_letters.sql
\ir procedures/identity/_fold_forms.sql
\ir procedures/ingest/_bare_name.sql
\ir procedures/identity/_contact.sql
\ir procedures/identity/present_text.sql
\ir procedures/consent/_consent_word.sql
\ir procedures/consent/_yes_or_no.sql
\ir procedures/identity/normalise_words.sql
\ir procedures/identity/_plain_digits.sql
\ir procedures/identity/_is_plain_id.sql
\ir procedures/identity/normalise_id.sql
\ir procedures/identity/normalise_document.sql
\ir procedures/identity/_domain_in_ascii.sql
\ir procedures/identity/normalise_email.sql
\ir procedures/identity/_mailbox.sql
\ir procedures/identity/_is_role_mailbox.sql
\ir procedures/identity/_is_strong_value.sql
\ir procedures/identity/normalise_name.sql
\ir procedures/identity/_phone_plans.sql
\ir procedures/identity/_is_plain_phone.sql
\ir procedures/identity/_phone_text.sql
\ir procedures/identity/_renumbered_phone.sql
\ir procedures/identity/_national_phone.sql
\ir procedures/identity/_international_phone.sql
\ir procedures/identity/_repeated_phone.sql
\ir procedures/identity/normalise_phone.sql
\ir procedures/identity/_own_phone.sql
\ir procedures/identity/normalise_date.sql
\ir procedures/identity/_epoch_day.sql
\ir procedures/identity/_day.sql
\ir procedures/identity/_order_key.sql
\ir procedures/identity/_is_day.sql
\ir procedures/identity/_is_placeholder_day.sql
\ir procedures/identity/_possible_birthday.sql
\ir procedures/identity/_is_plain.sql
\ir procedures/identity/_is_plain_email.sql
\ir procedures/identity/_merged.sql
\ir procedures/identity/_number.sql
\ir procedures/identity/_is_nobodys.sql
\ir procedures/identity/_first_of_list.sql
\ir procedures/identity/_indexable.sql
\ir procedures/identity/_split_name.sql
\ir procedures/identity/_typed_value.sql
\ir procedures/identity/_sounds.sql
\ir procedures/identity/_compare_exact.sql
\ir procedures/identity/_compare_trigram.sql
\ir procedures/identity/_compare_metaphone.sql
\ir procedures/identity/_compare_levenshtein.sql
\ir procedures/identity/_compare_date.sql
\ir procedures/identity/_compare_number.sql
\ir procedures/identity/_match_key.sql
\ir procedures/identity/_discard_crowded_pairs.sql
\ir procedures/identity/_newly_crowded_keys.sql
\ir procedures/identity/_plan_for.sql
\ir procedures/identity/_mistyped_day.sql
\ir procedures/identity/_beside_name.sql
\ir procedures/identity/_name_roots.sql
\ir procedures/identity/_given_names.sql
\ir procedures/identity/_is_given_name.sql
\ir procedures/identity/_is_syllable.sql
\ir procedures/identity/_are_given_names.sql
\ir procedures/identity/_spelling.sql
\ir procedures/identity/_suffix_of.sql
\ir procedures/identity/_dates_conflict.sql
\ir procedures/identity/_is_same_word.sql
\ir procedures/identity/_words_go_together.sql
\ir procedures/identity/_names_go_together.sql
\ir procedures/identity/_chained_names.sql
\ir procedures/identity/_named_persons.sql
\ir procedures/identity/_match_comparisons.sql
\ir procedures/identity/_active_match_model.sql
\ir procedures/identity/_refill_match_fields.sql
\ir procedures/identity/_note_match_values.sql
\ir procedures/identity/_match_patterns.sql
\ir procedures/identity/_count_match_patterns.sql
\ir procedures/identity/_note_match_patterns.sql
\ir procedures/identity/_match_level_counts.sql
\ir procedures/identity/_train_match_pass.sql
\ir procedures/identity/_match_chances.sql
\ir procedures/identity/_chances_among_namesakes.sql
\ir procedures/identity/_match_weights.sql
\ir procedures/identity/_match_lambda.sql
\ir procedures/identity/_fit_match_model.sql
\ir procedures/identity/_new_match_model.sql
\ir procedures/identity/_activate_match_model.sql
\ir procedures/identity/_standard_form.sql
\ir procedures/identity/_is_standard_form_current.sql
\ir procedures/identity/_unread_observations.sql
\ir procedures/identity/train_match_model.sql
\ir procedures/identity/match_model.sql
\ir procedures/identity/_judged_pairs.sql
\ir procedures/identity/match_model_sweep.sql
\ir procedures/identity/_rescore_pairs.sql
\ir procedures/identity/_found_profiles.sql
\ir procedures/identity/_write_history.sql
\ir procedures/identity/_absorb_profiles.sql
\ir procedures/identity/_active_profiles.sql
\ir procedures/identity/_bridges.sql
\ir procedures/identity/_claim_resolution_work.sql
\ir procedures/identity/_components.sql
\ir procedures/identity/_evidence.sql
\ir procedures/identity/_has_ties_by_name.sql
\ir procedures/identity/_contested_components.sql

\ir procedures/identity/_edited_attributes.sql
\ir procedures/identity/_estimated_rows.sql
\ir procedures/identity/_find_pairs.sql
\ir procedures/identity/_fold_into_failures.sql
\ir procedures/identity/_judge_value.sql
\ir procedures/identity/_link_contested_components.sql
\ir procedures/identity/_link_observations.sql
\ir procedures/identity/_link_raw_profiles.sql
\ir procedures/identity/_link_whole_components.sql
\ir procedures/identity/_note_values.sql
\ir procedures/identity/_open_reviews.sql
\ir procedures/identity/_override_ties.sql
\ir procedures/identity/_pair_ties.sql
\ir procedures/identity/_pair_bits.sql
\ir procedures/identity/_pairs_among.sql
\ir procedures/identity/_park_resolution_work.sql
\ir procedures/identity/_part_edges.sql
\ir procedures/identity/_alias_ties.sql
\ir procedures/identity/_alias_partners.sql
\ir procedures/identity/_partition_records.sql
\ir procedures/identity/_divide_components.sql
\ir procedures/identity/_person_code.sql
\ir procedures/identity/_propose_pairs.sql
\ir procedures/identity/_evidence_of.sql
\ir procedures/identity/_persons_of_group.sql
\ir procedures/identity/_protected_partition.sql
\ir procedures/identity/_reason_holds.sql
\ir procedures/identity/_record_changes.sql
\ir procedures/identity/_refresh_reviews.sql
\ir procedures/identity/_relink_components.sql
\ir procedures/identity/_renew_profiles.sql
\ir procedures/identity/_requeue_failures.sql
\ir procedures/identity/_resolve_in_parts.sql
\ir procedures/identity/_settle_resolution.sql
\ir procedures/identity/_spread_identifier.sql
\ir procedures/identity/_tie_gain.sql
\ir procedures/identity/_tie_holders.sql
\ir procedures/identity/_ties.sql
\ir procedures/identity/_tidy_name.sql
\ir procedures/identity/_try_resolution.sql
\ir procedures/identity/identity_status.sql
\ir procedures/identity/_country_names.sql
\ir procedures/identity/_country_key.sql
\ir procedures/identity/normalise_country.sql
\ir procedures/identity/normalise_gender.sql
\ir procedures/identity/resolve_identities.sql
\ir procedures/identity/retry_resolution.sql
\ir procedures/identity/tenants_with_work.sql
\ir procedures/identity/_wait_for_resolver.sql
\ir procedures/identity/_audit_override.sql
\ir procedures/identity/_write_override.sql
\ir procedures/identity/_decided_ties.sql
\ir procedures/identity/_decided_types.sql
\ir procedures/identity/_doubtful_components.sql
\ir procedures/identity/_drop_override.sql
\ir procedures/identity/_give_way_to_merge.sql
\ir procedures/identity/_give_way_to_split.sql
\ir procedures/identity/_partition_changes.sql
\ir procedures/identity/_component_members.sql
\ir procedures/identity/_fellow_observations.sql
\ir procedures/identity/_observations_of.sql
\ir procedures/identity/_relink_now.sql
\ir procedures/identity/_resettle.sql
\ir procedures/identity/_decide_link.sql
\ir procedures/identity/set_link_override.sql
\ir procedures/identity/remove_link_override.sql
\ir procedures/identity/link_overrides.sql
\ir procedures/identity/_observation.sql
\ir procedures/identity/match_reviews.sql
\ir procedures/identity/_decide_review.sql
\ir procedures/identity/accept_review.sql
\ir procedures/identity/reject_review.sql
\ir procedures/identity/_tie_keys.sql
\ir procedures/identity/_tie_tree.sql
\ir procedures/identity/_reread_observations.sql
\ir procedures/identity/_next_components.sql
\ir procedures/identity/_rederive_identities.sql
\ir procedures/identity/_updated_profiles.sql
\ir procedures/identity/_value_holders.sql
\ir procedures/identity/rebuild_identities.sql
\ir procedures/identity/_rebuild_with_pairs.sql
\ir procedures/identity/_preview_problem.sql
\ir procedures/identity/preview_rules.sql
\ir procedures/ingest/_import_time.sql
\ir procedures/ingest/_import_holds.sql
\ir procedures/ingest/_column_word.sql
\ir procedures/ingest/_detect_preset.sql
\ir procedures/ingest/_preset_purpose.sql
\ir procedures/ingest/_preset_targets.sql
\ir procedures/ingest/_is_consent_name.sql
\ir procedures/ingest/_import_left_out.sql

-- procedures/profile --------------------------------------------------------------------------------------------------
\ir procedures/profile/_text_list.sql
\ir procedures/profile/_masked_value.sql
\ir procedures/profile/_masked_list.sql
\ir procedures/profile/_sent_value.sql
\ir procedures/profile/_compared_value.sql
\ir procedures/profile/_condition_holds.sql
\ir procedures/profile/_is_masked_comparison.sql
\ir procedures/profile/_evaluate_rule.sql
\ir procedures/profile/_best_pair.sql
\ir procedures/profile/_rule_obstacles.sql
\ir procedures/profile/_masked_members.sql
\ir procedures/profile/_masks.sql
\ir procedures/profile/_masked_document.sql
\ir procedures/profile/_compared_identifiers.sql
\ir procedures/profile/_explained_observations.sql
\ir procedures/profile/_find_profile.sql
\ir procedures/profile/_family_of.sql
\ir procedures/profile/_recent_events.sql
\ir procedures/profile/_last_events.sql
\ir procedures/profile/_override_members.sql
\ir procedures/profile/_masked_words.sql
\ir procedures/profile/_masked_note.sql
\ir procedures/profile/_masked_evidence.sql
\ir procedures/profile/_masked_reason.sql
\ir procedures/profile/_normalised_identifier.sql
\ir procedures/profile/_profile_document.sql
\ir procedures/profile/_profile_identifiers.sql
\ir procedures/profile/_shown_profiles.sql
\ir procedures/profile/explain_profile.sql
\ir procedures/profile/_profile.sql
\ir procedures/profile/profile.sql
\ir procedures/profile/_check_history_kept.sql
\ir procedures/profile/profile_as_of.sql
\ir procedures/profile/profile_history.sql
\ir procedures/profile/release_attribute.sql
\ir procedures/profile/_split_sides.sql
\ir procedures/profile/_named_observations.sql
\ir procedures/profile/merge_profiles.sql
\ir procedures/profile/split_profile.sql
\ir procedures/profile/_find_side.sql
\ir procedures/profile/_sent_identifier.sql
\ir procedures/profile/_explained_tie.sql
\ir procedures/profile/_tie_path.sql
\ir procedures/profile/_overrides_between.sql
\ir procedures/profile/_shown_values.sql
\ir procedures/profile/_why_unusable.sql
\ir procedures/profile/_compared_identifier_types.sql
\ir procedures/profile/_decided_obstacles.sql
\ir procedures/profile/_identifier_obstacles.sql
\ir procedures/profile/_birth_dates.sql
\ir procedures/profile/_shown_days.sql
\ir procedures/profile/_said_names.sql
\ir procedures/profile/_shown_names.sql
\ir procedures/profile/_contradictions.sql
\ir procedures/profile/_compared_fields.sql
\ir procedures/profile/_weighed_pair.sql
\ir procedures/profile/_scored_obstacles.sql
\ir procedures/profile/_link_obstacles.sql
\ir procedures/profile/explain_link.sql
\ir procedures/profile/_readable_relations.sql
\ir procedures/profile/_readable_columns.sql
\ir procedures/profile/_read_column.sql
\ir procedures/profile/_read_value.sql
\ir procedures/profile/_read_term.sql
\ir procedures/profile/_read_condition.sql
\ir procedures/profile/_read_order.sql
\ir procedures/profile/_read_fields.sql
\ir procedures/profile/_csv_field.sql
\ir procedures/profile/_search_form.sql
\ir procedures/profile/_searched_names.sql
\ir procedures/profile/_read_source.sql
\ir procedures/profile/_read_count.sql
\ir procedures/profile/_read.sql
\ir procedures/profile/list_profiles.sql
\ir procedures/profile/_openapi_bodies.sql
\ir procedures/profile/_openapi_schemas.sql
\ir procedures/profile/_openapi.sql

-- procedures/topic ----------------------------------------------------------------------------------------------------
\ir procedures/topic/_uuid7.sql
\ir procedures/topic/_uuid7_of.sql
\ir procedures/topic/_message_context.sql
\ir procedures/topic/_message_body.sql
\ir procedures/topic/_publish.sql
\ir procedures/governance/_record_metadata_change.sql
\ir procedures/topic/await_bell.sql
\ir procedures/topic/bell_channel.sql
\ir procedures/topic/_ring_bell.sql
\ir procedures/topic/_create_message_partition.sql
\ir procedures/topic/_message_day_is_needed.sql
\ir procedures/topic/_trim_feeds.sql
\ir procedures/topic/maintain_message_partitions.sql
\ir procedures/topic/list_topics.sql
\ir procedures/topic/list_message_types.sql
\ir procedures/topic/_shown_message.sql
\ir procedures/topic/_check_topic.sql
\ir procedures/topic/_told_segments.sql
\ir procedures/activation/_activation_segments.sql
\ir procedures/topic/_told_rules.sql
\ir procedures/topic/_is_told_message.sql
\ir procedures/topic/tail_topic.sql
\ir procedures/topic/_last_position.sql
\ir procedures/topic/_position_at.sql
\ir procedures/topic/_take_feeds.sql
\ir procedures/topic/_start_consumers.sql
\ir procedures/topic/_fill_feeds.sql
\ir procedures/topic/_settle_consumers.sql
\ir procedures/topic/_audit_consumer.sql
\ir procedures/topic/_find_consumer.sql
\ir procedures/topic/_check_no_sink.sql
\ir procedures/topic/create_topic_consumer.sql
\ir procedures/topic/drop_topic_consumer.sql
\ir procedures/topic/_is_read_up.sql
\ir procedures/topic/_read_topic.sql
\ir procedures/topic/read_topic.sql
\ir procedures/topic/read_topic_as_sent.sql
\ir procedures/topic/commit_topic.sql
\ir procedures/topic/replay_topic.sql
\ir procedures/topic/list_topic_consumers.sql
\ir procedures/sink/_check_sink.sql
\ir procedures/sink/_ended_keys.sql
\ir procedures/sink/_leased_sink.sql
\ir procedures/sink/_note_refusals.sql
\ir procedures/sink/enable_sink.sql
\ir procedures/sink/disable_sink.sql
\ir procedures/sink/list_sinks.sql
\ir procedures/sink/list_sink_refusals.sql
\ir procedures/sink/resend_refused.sql
\ir procedures/sink/claim_sinks.sql
\ir procedures/sink/release_sinks.sql
\ir procedures/sink/read_sink.sql
\ir procedures/sink/commit_sink.sql
\ir procedures/sink/note_sink.sql
\ir procedures/sink/read_due_refusals.sql
\ir procedures/sink/settle_refusals.sql

-- procedures/relay ----------------------------------------------------------------------------------------------------
\ir procedures/relay/_wants_type.sql
\ir procedures/relay/_filter_function.sql
\ir procedures/relay/_hold_partitions.sql
\ir procedures/relay/_snapshot_without_self.sql
\ir procedures/relay/_topic_is_wanted.sql
\ir procedures/relay/_type_is_wanted.sql
\ir procedures/topic/_message_mode.sql
\ir procedures/relay/_messages_between.sql
\ir procedures/relay/_pending_messages.sql
\ir procedures/relay/_backfill_range.sql
\ir procedures/relay/_backfill_deliveries.sql
\ir procedures/relay/_finish_backfills.sql
\ir procedures/relay/_waiting_deliveries.sql
\ir procedures/relay/_over_backlog.sql
\ir procedures/relay/_hold_back.sql
\ir procedures/relay/backfill_deliveries.sql
\ir procedures/relay/_insert_deliveries.sql
\ir procedures/relay/fan_out.sql
\ir procedures/relay/ring_topics.sql
\ir procedures/relay/_judged_messages.sql
\ir procedures/relay/_pause_failing.sql
\ir procedures/relay/_unwanted_messages.sql
\ir procedures/relay/_drop_filter_function.sql
\ir procedures/relay/_check_filter_cost.sql
\ir procedures/relay/_make_filter_function.sql
\ir procedures/relay/_compile_filter.sql
\ir procedures/relay/_drop_filter.sql
\ir procedures/relay/_most_requests.sql
\ir procedures/relay/_secret_version.sql
\ir procedures/relay/_take_due_deliveries.sql
\ir procedures/relay/claim_lanes.sql
\ir procedures/relay/_next_messages.sql
\ir procedures/relay/_drop_unwanted.sql
\ir procedures/relay/_drop_withheld.sql
\ir procedures/relay/read_deliveries.sql
\ir procedures/relay/release_lanes.sql
\ir procedures/relay/_is_endpoint_failure.sql
\ir procedures/relay/_verdict.sql
\ir procedures/relay/_retry_delay.sql
\ir procedures/relay/_rest_seconds.sql
\ir procedures/relay/_apply_failures.sql
\ir procedures/relay/_open_circuit.sql
\ir procedures/relay/_disable_subscription.sql
\ir procedures/relay/_move_circuit.sql
\ir procedures/relay/_count_delivered.sql
\ir procedures/relay/_settle_failed.sql
\ir procedures/relay/_settle_done.sql
\ir procedures/relay/settle_deliveries.sql
\ir procedures/relay/next_delivery_due.sql
\ir procedures/relay/bury_deliveries.sql
\ir procedures/relay/_system_id.sql
\ir procedures/relay/_timeline.sql
\ir procedures/relay/_cluster_change.sql
\ir procedures/relay/check_cluster.sql
\ir procedures/relay/renew_relay.sql
\ir procedures/relay/compare_clocks.sql
\ir procedures/relay/confirm_cluster.sql
\ir procedures/relay/_find_subscription.sql
\ir procedures/relay/relay_status.sql
\ir procedures/relay/feed_status.sql
\ir procedures/relay/_shown_url.sql
\ir procedures/relay/_is_our_account.sql
\ir procedures/relay/_is_host.sql
\ir procedures/relay/_checked_url.sql
\ir procedures/relay/list_subscriptions.sql
\ir procedures/relay/show_subscription.sql
\ir procedures/relay/_check_message_types.sql
\ir procedures/relay/_subscription_with.sql
\ir procedures/relay/_refuse_subscription.sql
\ir procedures/relay/add_subscription.sql
\ir procedures/relay/_hold_lanes.sql
\ir procedures/relay/change_subscription.sql
\ir procedures/relay/pause_subscription.sql
\ir procedures/relay/resume_subscription.sql
\ir procedures/relay/disable_subscription.sql
\ir procedures/relay/remove_subscription.sql
\ir procedures/relay/rotate_subscription_secret.sql
\ir procedures/relay/sealed_secrets.sql
\ir procedures/relay/rewrap_secret.sql
\ir procedures/relay/retire_secrets.sql
\ir procedures/relay/subscription_secrets.sql
\ir procedures/relay/prepare_test_message.sql
\ir procedures/relay/set_subscription_rendering.sql
\ir procedures/relay/set_subscription_credentials.sql
\ir procedures/relay/show_subscription_rendering.sql
\ir procedures/relay/subscription_rendering.sql
\ir procedures/relay/claim_credentials.sql
\ir procedures/relay/renew_credentials.sql
\ir procedures/relay/prepare_example_message.sql
\ir procedures/relay/list_dead_letters.sql
\ir procedures/relay/_hold_retention.sql
\ir procedures/relay/replay_dead_letters.sql
\ir procedures/relay/_check_filter.sql
\ir procedures/relay/_filter_types.sql
\ir procedures/relay/_sending_subscription.sql
\ir procedures/relay/replay_messages.sql
\ir procedures/relay/recover_subscription.sql
\ir procedures/relay/_duration_percentile.sql
\ir procedures/relay/subscription_stats.sql
\ir procedures/relay/_attempt_filter.sql
\ir procedures/relay/list_attempts.sql
\ir procedures/relay/_find_message.sql
\ir procedures/relay/_is_hidden_message.sql
\ir procedures/relay/_message_fate.sql
\ir procedures/relay/show_message.sql
\ir procedures/relay/maintain_deliveries.sql

-- procedures/models ---------------------------------------------------------------------------------------------------
\ir procedures/models/_log_gamma.sql
\ir procedures/models/_digamma.sql
\ir procedures/models/_cholesky.sql
\ir procedures/models/_solve.sql
\ir procedures/models/_standard_errors.sql
\ir procedures/models/_purchase_likelihood.sql
\ir procedures/models/_spend_likelihood.sql
\ir procedures/models/_retention_likelihood.sql
\ir procedures/models/_model_terms.sql
\ir procedures/models/_maximum.sql
\ir procedures/models/fit_purchases.sql
\ir procedures/models/fit_spend.sql
\ir procedures/models/probability_alive.sql
\ir procedures/models/probability_no_purchase.sql
\ir procedures/models/_purchases_if_alive.sql
\ir procedures/models/expected_purchases.sql
\ir procedures/models/expected_value.sql
\ir procedures/models/discounted_purchases_if_alive.sql
\ir procedures/models/fit_retention.sql
\ir procedures/models/probability_retained.sql
\ir procedures/models/_check_cases.sql
\ir procedures/models/_standardised.sql
\ir procedures/models/_logistic_likelihood.sql
\ir procedures/models/fit_logistic.sql
\ir procedures/models/logistic_probability.sql
\ir procedures/models/expected_periods.sql
\ir procedures/models/_validated_purchases.sql
\ir procedures/models/_validated_probabilities.sql
\ir procedures/models/_probability_of.sql

-- procedures/scoring --------------------------------------------------------------------------------------------------
\ir procedures/scoring/_currency_exponent.sql
\ir procedures/scoring/_decimals_in_use.sql
\ir procedures/scoring/_currencies_of.sql
\ir procedures/scoring/_says_nothing.sql
\ir procedures/identity/_country.sql
\ir procedures/scoring/_stated_currency.sql
\ir procedures/scoring/_decimal.sql
\ir procedures/scoring/_currency_beside.sql
\ir procedures/scoring/_read_amount.sql
\ir procedures/scoring/_amount_minor.sql
\ir procedures/scoring/_items.sql
\ir procedures/scoring/_items_amount.sql
\ir procedures/scoring/_amount_of_items.sql
\ir procedures/scoring/_purchase_amount.sql
\ir procedures/scoring/_hold_orders.sql
\ir procedures/scoring/_record_purchases.sql
\ir procedures/scoring/_counted_orders.sql
\ir procedures/scoring/_currency_rates_of.sql
\ir procedures/scoring/_purchase_entries.sql
\ir procedures/scoring/_purchase_facts.sql
\ir procedures/scoring/_rfm_field_has.sql
\ir procedures/scoring/_rfm_cells_in.sql
\ir procedures/scoring/_rfm_shape_problem.sql
\ir procedures/scoring/_check_rfm_segments.sql
\ir procedures/scoring/_rfm_settings.sql
\ir procedures/scoring/_rfm_segments.sql
\ir procedures/scoring/_rfm_cells_of.sql
\ir procedures/scoring/_apply_rfm.sql
\ir procedures/scoring/set_rfm.sql
\ir procedures/scoring/_read_currency_rates.sql
\ir procedures/scoring/_orders_at_rates.sql
\ir procedures/scoring/_write_currency_rates.sql
\ir procedures/scoring/set_currency_rates.sql
\ir procedures/scoring/list_currency_rates.sql
\ir procedures/scoring/_rfm.sql
\ir procedures/scoring/rfm.sql
\ir procedures/scoring/rfm_summary.sql
\ir procedures/scoring/rfm_segments.sql
\ir procedures/scoring/rfm_movement.sql
\ir procedures/scoring/_refresh_scores_sql.sql
\ir procedures/scoring/_wait_for_scores.sql
\ir procedures/scoring/refresh_scores.sql
\ir procedures/scoring/_purchase_days.sql
\ir procedures/scoring/_purchase_histories.sql
\ir procedures/scoring/_refresh_purchase_histories.sql
\ir procedures/scoring/_fit_clv.sql
\ir procedures/scoring/_usable_spend.sql
\ir procedures/scoring/_clv_validation.sql
\ir procedures/scoring/_holdout_days.sql
\ir procedures/scoring/_check_clv_arguments.sql
\ir procedures/scoring/fit_clv.sql
\ir procedures/scoring/validate_clv.sql
\ir procedures/scoring/_is_number_between.sql
\ir procedures/scoring/_is_whole_number_between.sql
\ir procedures/scoring/_engagement_problem.sql
\ir procedures/scoring/_lead_rule_problem.sql
\ir procedures/scoring/_lead_problem.sql
\ir procedures/scoring/_lead_feature_problem.sql
\ir procedures/scoring/_lead_model_problem.sql
\ir procedures/scoring/_subscription_problem.sql
\ir procedures/scoring/_check_score_settings.sql
\ir procedures/scoring/_apply_score_settings.sql
\ir procedures/scoring/set_engagement.sql
\ir procedures/scoring/set_lead.sql
\ir procedures/scoring/engagement_settings.sql
\ir procedures/scoring/_begin_engagement_ranks.sql
\ir procedures/scoring/_refresh_engagement_ranks.sql
\ir procedures/scoring/_knows_engagement_ranks.sql
\ir procedures/scoring/most_engaged.sql
\ir procedures/scoring/_lead_parts.sql
\ir procedures/scoring/lead_scores.sql
\ir procedures/scoring/set_lead_model.sql
\ir procedures/scoring/_leads.sql
\ir procedures/scoring/_lead_features.sql
\ir procedures/scoring/_lead_feature_is_masked.sql
\ir procedures/scoring/_lead_values.sql
\ir procedures/scoring/_lead_cases.sql
\ir procedures/scoring/_lead_until_day.sql
\ir procedures/scoring/_check_ridge.sql
\ir procedures/scoring/_fit_lead.sql
\ir procedures/scoring/_lead_validation.sql
\ir procedures/scoring/fit_lead.sql
\ir procedures/scoring/validate_lead.sql
\ir procedures/scoring/_lead_model_parts.sql
\ir procedures/scoring/lead_probabilities.sql
\ir procedures/scoring/set_subscription.sql
\ir procedures/scoring/_subscription_settings.sql
\ir procedures/scoring/_whole_periods.sql
\ir procedures/scoring/_subscription_events.sql
\ir procedures/scoring/_contracts.sql
\ir procedures/scoring/_fit_subscriptions.sql
\ir procedures/scoring/_subscription_validation.sql
\ir procedures/scoring/_subscription_holdout.sql
\ir procedures/scoring/_check_subscription_arguments.sql
\ir procedures/scoring/fit_subscriptions.sql
\ir procedures/scoring/validate_subscriptions.sql
\ir procedures/scoring/contracts.sql
\ir procedures/scoring/_exact.sql
\ir procedures/scoring/_explain_engagement.sql
\ir procedures/scoring/_explain_lead.sql
\ir procedures/scoring/_explain_lead_probability.sql
\ir procedures/scoring/_explain_rfm.sql
\ir procedures/scoring/_explain_clv.sql
\ir procedures/scoring/_explain_inactivity.sql
\ir procedures/scoring/_explain_scores.sql
\ir procedures/scoring/_score_columns.sql
\ir procedures/scoring/explain_score.sql

-- procedures/reports --------------------------------------------------------------------------------------------------
\ir procedures/reports/_queue_reports.sql
\ir procedures/reports/_report_parts_of.sql
\ir procedures/reports/_move_report_days.sql
\ir procedures/reports/_move_report_cohorts.sql
\ir procedures/reports/_refresh_report_parts.sql
\ir procedures/reports/_begin_reports.sql
\ir procedures/reports/_snapshot_segments.sql
\ir procedures/reports/_snapshot_reports.sql
\ir procedures/reports/_first_funnel_day.sql
\ir procedures/reports/_funnel_entries.sql
\ir procedures/reports/_move_report_funnel.sql
\ir procedures/reports/_refresh_funnels.sql
\ir procedures/reports/_begin_funnels.sql
\ir procedures/reports/_fill_funnels.sql
\ir procedures/reports/_freeze_funnels.sql
\ir procedures/reports/refresh_reports.sql
\ir procedures/reports/_report_range.sql
\ir procedures/reports/report_days.sql
\ir procedures/reports/report_cohorts.sql
\ir procedures/reports/report_rfm.sql
\ir procedures/reports/report_clv.sql
\ir procedures/reports/_next_funnel_places.sql
\ir procedures/reports/report_funnel.sql
\ir procedures/reports/_apply_funnels.sql
\ir procedures/reports/set_funnel.sql
\ir procedures/reports/remove_funnel.sql
\ir procedures/reports/list_funnels.sql
\ir procedures/reports/kept_funnel.sql

-- procedures/metrics --------------------------------------------------------------------------------------------------
\ir procedures/metrics/_touch_profiles.sql
\ir procedures/metrics/_session_event_names.sql
\ir procedures/metrics/_uncounted_observations.sql
\ir procedures/metrics/_count_latest_events.sql
\ir procedures/metrics/_recount_days.sql
\ir procedures/metrics/_count_days.sql
\ir procedures/metrics/_refresh_metrics.sql
\ir procedures/metrics/_note_past_days.sql
\ir procedures/metrics/_window_start.sql
\ir procedures/metrics/_events_in_window.sql
\ir procedures/metrics/events_in_window.sql
\ir procedures/metrics/_counts_by_name.sql
\ir procedures/metrics/_windows_of.sql
\ir procedures/metrics/profile_metrics.sql
\ir procedures/metrics/_claim_touched_profiles.sql
\ir procedures/metrics/refresh_profiles.sql

-- procedures/segment --------------------------------------------------------------------------------------------------
\ir procedures/segment/_segment_relations.sql
\ir procedures/segment/_segment_functions.sql
\ir procedures/segment/_hidden_segments.sql
\ir procedures/segment/_check_segment.sql
\ir procedures/segment/_apply_segments.sql
\ir procedures/segment/set_segment.sql
\ir procedures/segment/remove_segment.sql
\ir procedures/segment/_make_segments_role.sql
\ir procedures/segment/_grant_segments.sql
\ir procedures/segment/_segment_cost.sql
\ir procedures/segment/_drop_segment_functions.sql
\ir procedures/segment/_make_segment_functions.sql
\ir procedures/segment/_compile_segment.sql
\ir procedures/segment/_drop_segment.sql
\ir procedures/segment/_preview_segment.sql
\ir procedures/segment/_next_profiles.sql
\ir procedures/segment/_evaluate_segment.sql
\ir procedures/segment/_refresh_segments.sql
\ir procedures/segment/_fill_segment.sql
\ir procedures/segment/refresh_segments.sql
\ir procedures/segment/list_segments.sql
\ir procedures/segment/segment_members.sql
\ir procedures/segment/segment_history.sql
\ir procedures/segment/explain_segment.sql

-- procedures/trait ----------------------------------------------------------------------------------------------------
\ir procedures/trait/_check_trait.sql
\ir procedures/trait/_apply_computed_traits.sql
\ir procedures/trait/set_computed_trait.sql
\ir procedures/trait/remove_computed_trait.sql
\ir procedures/trait/_trait_type.sql
\ir procedures/trait/_drop_trait_functions.sql
\ir procedures/trait/_make_trait_functions.sql
\ir procedures/trait/_compile_trait.sql
\ir procedures/trait/_drop_trait.sql
\ir procedures/trait/_make_traits_view.sql
\ir procedures/trait/_trait_values.sql
\ir procedures/trait/_evaluate_traits.sql
\ir procedures/trait/_refresh_traits.sql
\ir procedures/trait/_fill_traits.sql
\ir procedures/trait/refresh_traits.sql
\ir procedures/trait/_preview_trait.sql
\ir procedures/trait/list_computed_traits.sql
\ir procedures/trait/explain_trait.sql
\ir procedures/trait/_shown_traits.sql

-- procedures/consent --------------------------------------------------------------------------------------------------
\ir procedures/consent/_said_consents.sql
\ir procedures/consent/_subject_of.sql
\ir procedures/consent/_consent_subjects.sql
\ir procedures/consent/_consent_event.sql
\ir procedures/consent/_note_consents.sql
\ir procedures/consent/_record_consents.sql
\ir procedures/consent/_consent_states.sql
\ir procedures/consent/_objecting_persons.sql
\ir procedures/consent/_may_send.sql
\ir procedures/consent/_tell_consents.sql
\ir procedures/consent/_check_purpose_declared.sql
\ir procedures/consent/_shown_consent_state.sql
\ir procedures/consent/_speaking_observation.sql
\ir procedures/consent/_apply_consent_purposes.sql
\ir procedures/consent/set_consent_purpose.sql
\ir procedures/consent/remove_consent_purpose.sql
\ir procedures/consent/list_consent_purposes.sql
\ir procedures/consent/consent_state.sql
\ir procedures/consent/consents.sql
\ir procedures/consent/consent_proofs.sql
\ir procedures/consent/set_consent.sql

-- procedures/activation -----------------------------------------------------------------------------------------------
\ir procedures/activation/_withhold_activations.sql
\ir procedures/activation/_is_span.sql
\ir procedures/activation/_is_list_of_texts.sql
\ir procedures/activation/_activation_problem.sql
\ir procedures/activation/_apply_activation_rules.sql
\ir procedures/activation/set_activation_rule.sql
\ir procedures/activation/remove_activation_rule.sql
\ir procedures/activation/list_activation_rules.sql
\ir procedures/activation/_check_activation_rule.sql
\ir procedures/activation/_night_ends_at.sql
\ir procedures/activation/_has_receiver.sql
\ir procedures/activation/_judge_activations.sql
\ir procedures/activation/_score_source.sql
\ir procedures/activation/_persons_beyond.sql
\ir procedures/activation/_note_silences.sql
\ir procedures/activation/_note_score_crossings.sql
\ir procedures/activation/_look_at_everybody.sql
\ir procedures/activation/_note_activation_triggers.sql
\ir procedures/activation/_note_segment_changes.sql
\ir procedures/activation/_decide_activations.sql
\ir procedures/activation/run_activations.sql
\ir procedures/activation/_activation_audience.sql
\ir procedures/activation/preview_activation.sql
\ir procedures/activation/explain_activation.sql
\ir procedures/activation/_record_outcome_event.sql
\ir procedures/activation/record_outcome.sql
\ir procedures/activation/record_outcome_body.sql
\ir procedures/activation/_callback_of.sql
\ir procedures/activation/_record_callback.sql
\ir procedures/activation/note_sent_messages.sql

-- procedures/agent ----------------------------------------------------------------------------------------------------
\ir procedures/agent/_agent_question.sql
\ir procedures/agent/_brief_document.sql
\ir procedures/agent/_agent_profile.sql
\ir procedures/agent/_agent_scores.sql
\ir procedures/agent/_agent_segments.sql
\ir procedures/agent/_plain_properties.sql
\ir procedures/agent/_agent_events.sql
\ir procedures/agent/_agent_contacts.sql
\ir procedures/agent/_agent_limits.sql
\ir procedures/agent/_next_best_action.sql
\ir procedures/agent/_agent_context.sql
\ir procedures/agent/agent_context.sql
\ir procedures/agent/agent_context_body.sql
\ir procedures/agent/agent_calls.sql

-- procedures/privacy --------------------------------------------------------------------------------------------------
\ir procedures/privacy/_retention.sql
\ir procedures/privacy/_check_retention_kind.sql
\ir procedures/privacy/_check_retention_time.sql
\ir procedures/privacy/_apply_retention_policies.sql
\ir procedures/privacy/set_retention.sql
\ir procedures/privacy/retention.sql
\ir procedures/privacy/_retain_rejected_events.sql
\ir procedures/privacy/_retain_settled_events.sql
\ir procedures/privacy/_retain_import_rejects.sql
\ir procedures/privacy/_retain_consents.sql
\ir procedures/privacy/_retain_activations.sql
\ir procedures/privacy/_retain_agent_calls.sql
\ir procedures/privacy/_retain_history.sql
\ir procedures/privacy/_past_messages.sql
\ir procedures/privacy/_may_remove_messages.sql
\ir procedures/privacy/_message_stretch.sql
\ir procedures/privacy/_retain_messages.sql
\ir procedures/privacy/_retain_attempts.sql
\ir procedures/privacy/_retain_dead_letters.sql
\ir procedures/privacy/_retain_audit.sql
\ir procedures/privacy/_retain_job_runs.sql
\ir procedures/privacy/_past_event_partitions.sql
\ir procedures/privacy/_note_touchpoints.sql
\ir procedures/privacy/_remove_stray_events.sql
\ir procedures/privacy/_count_past_events.sql
\ir procedures/privacy/_remove_past_visits.sql
\ir procedures/privacy/_note_past_observations.sql
\ir procedures/privacy/_retain_events.sql
\ir procedures/privacy/_retain.sql
\ir procedures/privacy/_retention_step.sql
\ir procedures/privacy/apply_retention.sql
\ir procedures/privacy/_is_private_table.sql
\ir procedures/privacy/_keyed_hash.sql
\ir procedures/privacy/_identifier_hash.sql
\ir procedures/privacy/_erasure_key.sql
\ir procedures/privacy/_erased_event_key.sql
\ir procedures/privacy/_is_erased_event.sql
\ir procedures/privacy/_hold_off_erasure.sql
\ir procedures/privacy/_hold_off_recording.sql
\ir procedures/privacy/_refuse_suppressed.sql
\ir procedures/privacy/_forget_refused_ids.sql
\ir procedures/privacy/_whole_word.sql
\ir procedures/privacy/_has_letters_to_compose.sql
\ir procedures/privacy/_text_in_ascii.sql
\ir procedures/privacy/_names_person.sql
\ir procedures/privacy/_without_person.sql
\ir procedures/privacy/_find_person.sql
\ir procedures/privacy/_own_identifiers.sql
\ir procedures/privacy/_waiting_observations.sql
\ir procedures/privacy/_person_texts.sql
\ir procedures/privacy/_person_to_erase.sql
\ir procedures/privacy/_mixed_versions.sql
\ir procedures/privacy/_messages_of_person.sql
\ir procedures/privacy/_overrides_about.sql
\ir procedures/privacy/_neighbours.sql
\ir procedures/privacy/_crowded_identifiers.sql
\ir procedures/privacy/_amounts.sql
\ir procedures/privacy/_anonymous_event.sql
\ir procedures/privacy/_forget_message_ids.sql
\ir procedures/privacy/_ids_naming.sql
\ir procedures/privacy/_forget_named_ids.sql
\ir procedures/privacy/_keep_anonymous_events.sql
\ir procedures/privacy/_erase_purchases.sql
\ir procedures/privacy/_erase_events.sql
\ir procedures/privacy/_erase_sessions.sql
\ir procedures/privacy/_erase_metrics.sql
\ir procedures/privacy/_erase_traits.sql
\ir procedures/privacy/_erase_segments.sql
\ir procedures/privacy/_erase_reports.sql
\ir procedures/privacy/_erase_consents.sql
\ir procedures/privacy/_erase_activations.sql
\ir procedures/privacy/_erase_agent_calls.sql
\ir procedures/privacy/_erase_arrivals.sql
\ir procedures/privacy/_erase_decisions.sql
\ir procedures/privacy/_erase_match_data.sql
\ir procedures/privacy/_erase_mentions.sql
\ir procedures/privacy/_erase_identity.sql
\ir procedures/privacy/_erase_blocked_values.sql
\ir procedures/privacy/_erase_audit.sql
\ir procedures/privacy/_settle_neighbours.sql
\ir procedures/privacy/_erased_body.sql
\ir procedures/privacy/_erase_dead_letters.sql
\ir procedures/privacy/_erase_messages.sql
\ir procedures/privacy/_drop_deliveries.sql
\ir procedures/privacy/_suppress_person.sql
\ir procedures/privacy/_tell_receivers.sql
\ir procedures/privacy/_sum_tables.sql
\ir procedures/privacy/_erase_lake.sql
\ir procedures/privacy/_erase_person.sql
\ir procedures/privacy/erase_profile.sql
\ir procedures/privacy/erasures.sql
\ir procedures/privacy/lift_suppression.sql

-- procedures/jobs -----------------------------------------------------------------------------------------------------
\ir procedures/jobs/list_job_kinds.sql
\ir procedures/jobs/_effective_jobs.sql
\ir procedures/jobs/_check_job.sql
\ir procedures/jobs/_apply_jobs.sql
\ir procedures/jobs/set_job.sql
\ir procedures/jobs/remove_job.sql
\ir procedures/jobs/list_jobs.sql
\ir procedures/jobs/job_history.sql
\ir procedures/jobs/jobs_to_plan.sql
\ir procedures/jobs/plan_job.sql
\ir procedures/jobs/claim_jobs.sql
\ir procedures/jobs/renew_job_run.sql
\ir procedures/jobs/finish_job_run.sql
\ir procedures/jobs/_hold_job.sql
\ir procedures/jobs/_perform_job.sql
\ir procedures/jobs/run_job_step.sql
\ir procedures/jobs/_begin_person_run.sql
\ir procedures/jobs/run_job.sql

-- procedures/ops ------------------------------------------------------------------------------------------------------
\ir procedures/lake/_lake_tables.sql
\ir procedures/lake/_lake_table.sql
\ir procedures/lake/lake_schema.sql
\ir procedures/lake/_lake_texts.sql
\ir procedures/lake/_lake_bounds.sql
\ir procedures/lake/_lake_query.sql
\ir procedures/lake/lake_months.sql
\ir procedures/lake/lake_days.sql
\ir procedures/lake/lake_hashes.sql
\ir procedures/lake/lake_rows.sql
\ir procedures/lake/lake_copy.sql
\ir procedures/lake/_check_lake.sql
\ir procedures/lake/_check_lake_erasures.sql
\ir procedures/lake/set_lake.sql
\ir procedures/lake/lake_target.sql
\ir procedures/lake/hold_lake.sql
\ir procedures/lake/release_lake.sql
\ir procedures/lake/claim_lake.sql
\ir procedures/lake/note_lake_visit.sql
\ir procedures/lake/plan_lake_export.sql
\ir procedures/lake/begin_lake_file.sql
\ir procedures/lake/finish_lake_file.sql
\ir procedures/lake/verify_lake_partition.sql
\ir procedures/lake/lake_manifest.sql
\ir procedures/lake/note_lake_manifest.sql
\ir procedures/lake/forget_lake_files.sql
\ir procedures/lake/lake_partitions.sql
\ir procedures/lake/lake_files.sql
\ir procedures/lake/lake_status.sql
\ir procedures/lake/_check_lake_partition.sql
\ir procedures/lake/drop_lake_partition.sql
\ir procedures/lake/begin_lake_restore.sql
\ir procedures/lake/finish_lake_restore.sql
\ir procedures/lake/lake_erasures_waiting.sql
\ir procedures/lake/replace_lake_file.sql
\ir procedures/lake/join_lake_files.sql
\ir procedures/lake/discard_lake_files.sql
\ir procedures/lake/finish_lake_erasure.sql
\ir procedures/lake/lake_erasures.sql
\ir procedures/ops/_row_estimate.sql
\ir procedures/ops/tenant_status.sql
\ir procedures/ops/as_sent.sql
\ir procedures/ops/status.sql
\ir procedures/ops/_doctor_server.sql
\ir procedures/ops/_doctor_log.sql
\ir procedures/ops/_doctor_messages.sql
\ir procedures/ops/_doctor_consumers.sql
\ir procedures/ops/_doctor_sinks.sql
\ir procedures/ops/_doctor_hosted.sql
\ir procedures/ops/snapshot_holders.sql
\ir procedures/ops/_doctor_snapshots.sql
\ir procedures/ops/_doctor_relay.sql
\ir procedures/ops/_doctor_endpoints.sql
\ir procedures/ops/_doctor_tenants.sql
\ir procedures/ops/_doctor_jobs.sql
\ir procedures/ops/_doctor_lakes.sql
\ir procedures/ops/_doctor_syncs.sql
\ir procedures/ops/doctor.sql
\ir procedures/ops/_security_functions.sql
\ir procedures/ops/_security_relations.sql
\ir procedures/ops/_security_roles.sql
\ir procedures/ops/doctor_security.sql

-- triggers ------------------------------------------------------------------------------------------------------------
\ir triggers/messages_insert.sql
\ir triggers/metadata_change.sql
\ir triggers/match_rules_check.sql
\ir triggers/rfm_settings_check.sql
\ir triggers/score_settings_check.sql
\ir triggers/metadata_limits.sql
\ir triggers/profile_attributes_complete.sql
\ir triggers/profile_attributes_remove.sql
\ir triggers/subscriptions_forget.sql
\ir triggers/topic_feeds_forget.sql

-- views ---------------------------------------------------------------------------------------------------------------
\ir views/pending_syncs.sql

-- api -----------------------------------------------------------------------------------------------------------------
\ir api/identify.sql
\ir api/track.sql
\ir api/page.sql
\ir api/screen.sql
\ir api/group.sql
\ir api/alias.sql
\ir api/batch.sql
\ir api/import.sql
\ir api/consent.sql
\ir api/outcome.sql
\ir api/outcome_by_key.sql
\ir api/agent_context.sql
\ir api/agent_context_by_key.sql
\ir api/profile.sql
\ir api/profile_by_key.sql
\ir api/read_by_key.sql
\ir api/openapi_by_key.sql
\ir api/check_key.sql
\ir api/receive.sql
\ir api/receive_chat.sql
\ir api/receive_records.sql
\ir api/receive_many.sql
\ir api/schema_version.sql

-- privileges ----------------------------------------------------------------------------------------------------------
\ir privileges/schemas.sql
\ir privileges/ops.sql
\ir privileges/functions.sql

CALL c360._record_repeatables();
CALL c360._renew_tenants();
CALL c360._record_release();

COMMIT;

\unset QUIET
