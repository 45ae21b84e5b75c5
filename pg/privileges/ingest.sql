-- Who may call what of ingest. People act through the roles of their tenant, which each function checks by itself.

CALL c360._grant('EXECUTE ON ROUTINE
    c360.rejected_events(text, text, integer, bigint[]),
    c360.recent_events(text, integer, bigint),
    c360.list_imports(text, integer),
    c360.import_records(text, text, text, integer, text)', 'c360_reader');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.ingest(text, jsonb, text, timestamptz),
    c360.redrive_rejected_events(text, bigint[], jsonb),
    c360.discard_rejected_events(text, bigint[]),
    c360.begin_import(text, text, text, jsonb, jsonb, jsonb, text, timestamptz),
    c360.import_rows(text, bigint, bigint, jsonb[]),
    c360.import_staged_rows(text, bigint, bigint),
    c360.finish_import(text, bigint, timestamptz),
    c360.import_raw_profiles(text, regclass, jsonb, text, text, boolean, boolean, boolean, boolean, timestamptz)', 'c360_writer');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.create_api_key(text, text, text, text, bytea, text, text[]),
    c360.revoke_api_key(text, text),
    c360.list_api_keys(text),
    c360.import_rejects(text, bigint, integer, bigint),
    c360.maintain_event_partitions(text, interval, timestamptz)', 'c360_admin');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.ingest(text, jsonb, text, timestamptz),
    c360.maintain_event_partitions(text, interval, timestamptz)', 'c360_worker');

CALL c360._grant('EXECUTE ON ROUTINE
    c360_v1.check_key(bytea, text, text),
    c360_v1.receive(bytea, text, text, text),
    c360_v1.schema_version(),
    c360_v1.profile(text, text),
    c360_v1.profile_by_key(bytea, text, text, text),
    c360_v1.identify(json),
    c360_v1.track(json),
    c360_v1.page(json),
    c360_v1.screen(json),
    c360_v1.group(json),
    c360_v1.alias(json),
    c360_v1.batch(json),
    c360_v1.import(json)', 'c360_gateway');
