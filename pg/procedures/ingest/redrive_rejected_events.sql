-- Sends rejected events through ingest again, as received then: by their own source and time of reception.
-- p_patch, a JSON merge patch, is laid over each event first (a member set to null is taken out); for an event that is no JSON
-- object it is the whole event. The original stays, with status redriven; what is refused again stays rejected with its new
-- reason. A dry run answers the same and changes nothing.
-- Safe to repeat: settled rows are left alone. Answers {redriven, duplicates, rejected: [{rejected_event_id, ...}]}.
-- Raises: U1404 rejected_event_not_found, U1007 patch_invalid, U4404, U4423, 55P03

CREATE OR REPLACE FUNCTION c360.redrive_rejected_events(
    p_tenant              text,
    p_rejected_event_ids  bigint[],
    p_patch               jsonb DEFAULT NULL,
    p_dry_run             boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    -- First, because an erasure removes rejected events while it keeps recording out.
    PERFORM c360._hold_off_erasure();
    RETURN c360._redrive(p_tenant, c360._lock_rejected_events(p_rejected_event_ids), NULL, p_patch, p_dry_run);
END;
$$;

COMMENT ON FUNCTION c360.redrive_rejected_events(text, bigint[], jsonb, boolean) IS
    'Sends rejected events through ingest again, corrected by a patch; the originals are kept.';
