-- Who may call what of ingest. People act through the roles of their tenant, which each function checks by itself.

DO $$
BEGIN
    PERFORM c360._grant_execute(
        'c360_reader',
        'c360.rejected_events(text, text, integer, bigint[])',
        'c360.recent_events(text, integer, bigint)'
    );

    PERFORM c360._grant_execute(
        'c360_writer',
        'c360.ingest(text, jsonb, text, timestamptz)',
        'c360.redrive_rejected_events(text, bigint[], jsonb)',
        'c360.discard_rejected_events(text, bigint[])'
    );

    PERFORM c360._grant_execute(
        'c360_admin',
        'c360.create_api_key(text, text, text, text, bytea, text, text[])',
        'c360.revoke_api_key(text, text)',
        'c360.list_api_keys(text)',
        'c360.maintain_event_partitions(text, interval, timestamptz)'
    );

    PERFORM c360._grant_execute(
        'c360_worker',
        'c360.ingest(text, jsonb, text, timestamptz)',
        'c360.maintain_event_partitions(text, interval, timestamptz)'
    );

    PERFORM c360._grant_execute(
        'c360_gateway',
        'c360_v1.receive(bytea, text, text, text)',
        'c360_v1.schema_version()',
        'c360_v1.profile(text, text)',
        'c360_v1.profile_by_key(bytea, text, text, text)',
        'c360_v1.identify(json)',
        'c360_v1.track(json)',
        'c360_v1.page(json)',
        'c360_v1.screen(json)',
        'c360_v1.group(json)',
        'c360_v1.alias(json)',
        'c360_v1.batch(json)',
        'c360_v1.import(json)'
    );
END;
$$;
