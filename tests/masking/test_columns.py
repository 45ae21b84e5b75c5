"""Every column that could hold what somebody sent is decided about: hidden from readers, or on the list here."""

from c360.governance.tenants import as_owner

# What readers may read of the tables, attributes apart: names that c360 gives, names the sender gives to events,
# sources and files, and who did something. A new column of such a type is hidden by c360._hidden_columns() or gets
# its line here.
OPEN = {
    "cdp_activity": "event_name",
    "cdp_activity_days": "event_name",
    "cdp_activity_states": "time_zone",
    "cdp_currency_rates": "currency in_currency set_by",
    "cdp_attribute_overrides": "attribute set_by",
    "cdp_behavioral_events": "clock_status event_name message_id source type",
    "cdp_event_properties": "event_name properties",
    "cdp_event_context": "event_name source type",
    "cdp_event_checks": "demanded event_name event_type keyword mode path",
    "cdp_event_schemas": "created_by event_name event_type mode schema",
    "cdp_event_violations": "event_name event_type keyword path",
    "cdp_erasures": "counts erased_by mode reason",
    "cdp_engagement": "parts",
    "cdp_event_ids": "message_id source",
    "cdp_identifiers": "identifier_type",
    "cdp_import_records": "source",
    "cdp_import_rejects": "code reason",
    "cdp_imports": "counts fingerprint mapping name options source started_by status",
    "cdp_inactivity": "basis",
    "cdp_lead": "parts",
    "cdp_lead_fits": "features goal missing status time_zone validation warnings",
    "cdp_lead_model": "goal",
    "cdp_lake_files": "key max_person min_person partition schema_hash sha256 state table_name",
    "cdp_lake_partitions": "manifest_sha256 partition schema_hash state table_name verified_by",
    "cdp_link_overrides": "kind set_by",
    "cdp_master_profiles": "attribute_sources status",
    "cdp_match_models": "convergence created_by recipe rule settings",
    "cdp_match_pairs": "rule verdict",
    "cdp_match_patterns": "pass",
    "cdp_match_reviews": "decided_by obstacle rule status",
    "cdp_past_touchpoints": "channel",
    "cdp_consent_names": "purpose",
    "cdp_consent_state": "purpose state",
    "cdp_clv": "model",
    "cdp_clv_fit": "model",
    "cdp_model_fits": "currency missing model score spend_status status time_zone unit validation warnings",
    "cdp_metric_values": "last_known_channel",
    "cdp_metrics": "event_counts event_counts_30d event_counts_7d event_counts_90d last_known_channel",
    "cdp_profile_events": "clock_status event_name message_id source type session_id"
    " page_url page_host page_path page_title referrer referrer_host"
    " campaign_source campaign_medium campaign_name campaign_term campaign_content campaign_id click_id_name click_id"
    " device_type device_manufacturer device_model os_name os_version app_name app_version library_name library_version"
    " locale timezone browser browser_version",
    "cdp_profile_history": "change changed_by",
    "cdp_profile_identifiers": "identifier_type value",
    "cdp_profile_links": "rule",
    "cdp_profile_merges": "rule",
    "cdp_profile_segments": "segment",
    "cdp_purchases": "currency kind message_id order_id source",
    "cdp_raw_identifiers": "identifier_type",
    "cdp_raw_profiles": "source",
    "cdp_rejected_events": "code source status",
    "cdp_resolution_failures": "code",
    "cdp_resolution_queue": "messages",
    "cdp_report_funnels": "funnel",
    "cdp_report_rfm": "segment",
    "cdp_report_segments": "segment",
    "cdp_report_states": "currency",
    "cdp_rfm": "segment",
    "cdp_rfm_movement": "from_segment to_segment",
    "cdp_subscription_fits": "missing status time_zone validation",
    "cdp_subscriptions": "currency status subscription_id",
    "cdp_touch_states": "currency time_zone",
    "cdp_stream_offsets": "incarnation source topic",
    "cdp_sessions": "source session_id entry_url entry_path exit_url exit_path referrer referrer_host"
    " campaign_source campaign_medium campaign_name campaign_term campaign_content campaign_id click_id_name click_id"
    " device_type os_name browser",
    "cdp_standard_profiles": "family_name given_name",
    "cdp_value_states": "identifier_type state",
    "cdp_visitors": "source",
    "cdp_visits": "session_id entry_url entry_path exit_url exit_path referrer referrer_host"
    " campaign_source campaign_medium campaign_name campaign_term campaign_content campaign_id click_id_name click_id"
    " device_type os_name browser",
}

READABLE = """
    SELECT relation.relname || '.' || attribute.attname
    FROM pg_class AS relation
    JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
    WHERE relation.relnamespace = 'tenant_acme'::regnamespace
      AND relation.relkind IN ('r', 'p', 'v', 'm')
      AND attribute.attnum > 0
      AND NOT attribute.attisdropped
      AND attribute.atttypid = ANY ('{text,text[],json,jsonb,bytea}'::regtype[])
      AND has_column_privilege('c360_acme_reader', relation.oid, attribute.attnum, 'SELECT')
      AND NOT EXISTS (
          SELECT
          FROM c360.profile_attributes AS described
          WHERE described.tenant = 'acme'
            AND described.attribute = attribute.attname
            AND relation.relname IN ('cdp_master_profiles', 'cdp_profile_metrics', 'cdp_profiles')
      )
    ORDER BY 1
"""


def test_lines_of_a_file_on_their_way_in_are_hidden(db):
    with as_owner(db.connection):
        db.call("c360._open_import_staging", "acme", 7)
        db.call("c360._grant_tenant", "acme")

    readable = db.column(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'tenant_acme.cdp_import_staging_7'::regclass AND attnum > 0"
        " AND has_column_privilege('c360_acme_reader', attrelid, attnum, 'SELECT')"
    )
    assert set(readable) == {"row_number", "code"}


def test_readers_read_no_column_nobody_decided_about(db):
    expected = {f"{table}.{column}" for table, columns in OPEN.items() for column in columns.split()}

    assert set(db.column(READABLE)) == expected
