-- One step of removing one kind of data of before a time, at most p_limit rows: {removed, has_more, is_postponed,
-- partitions, cursor}, members that do not apply left out. A dry run counts all that would go, and changes nothing.
-- Trusts the search_path and that the caller holds the row of retention_states.

CREATE OR REPLACE FUNCTION c360._retain(
    p_tenant  text,
    p_kind    text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer,
    p_cursor  jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN CASE p_kind
        WHEN 'rejected_events' THEN c360._retain_rejected_events(p_before, p_dry_run, p_limit)
        WHEN 'settled_rejected_events' THEN c360._retain_settled_events(p_before, p_dry_run, p_limit)
        WHEN 'import_rejects' THEN c360._retain_import_rejects(p_before, p_dry_run, p_limit)
        WHEN 'consents' THEN c360._retain_consents(p_before, p_dry_run, p_limit)
        WHEN 'activations' THEN c360._retain_activations(p_tenant, p_before, p_dry_run, p_limit)
        WHEN 'history' THEN c360._retain_history(p_before, p_dry_run, p_limit, p_cursor)
        WHEN 'messages' THEN c360._retain_messages(p_tenant, p_before, p_dry_run, p_limit, p_cursor)
        WHEN 'attempts' THEN c360._retain_attempts(p_tenant, p_before, p_dry_run, p_limit)
        WHEN 'dead_letters' THEN c360._retain_dead_letters(p_tenant, p_before, p_dry_run, p_limit)
        WHEN 'audit' THEN c360._retain_audit(p_tenant, p_before, p_dry_run, p_limit)
        WHEN 'job_runs' THEN c360._retain_job_runs(p_tenant, p_before, p_dry_run, p_limit)
        WHEN 'agent_calls' THEN c360._retain_agent_calls(p_before, p_dry_run, p_limit)
        WHEN 'events' THEN c360._retain_events(p_tenant, p_before, p_dry_run, p_limit, p_cursor)
    END;
END;
$$;

COMMENT ON FUNCTION c360._retain(text, text, timestamptz, boolean, integer, jsonb) IS
    'One step of removing one kind of a tenant''s data of before a time.';
