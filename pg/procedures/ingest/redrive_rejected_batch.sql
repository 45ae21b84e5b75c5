-- Sends open rejected events that a filter means (_read_rejected_filter()) through ingest again, the first p_limit after number p_after; see
-- redrive_rejected_events(). Call it again with next_after while has_more, each time in a transaction of its own. Any number at once: one
-- takes an event, the others pass over it. 55P03 says that it gave way to whoever sends: nothing was changed, repeat it. A dry run answers
-- the same and changes nothing; it does not know other batches.
-- Safe to repeat. Answers {redriven, duplicates, rejected: [{rejected_event_id, ...}], next_after, has_more}.
-- Raises: U1007 patch_invalid, U1017 filter_invalid, U4404, U4423, U4426, 55P03

CREATE OR REPLACE FUNCTION c360.redrive_rejected_batch(
    p_tenant   text,
    p_filter   jsonb,
    p_patch    jsonb DEFAULT NULL,
    p_dry_run  boolean DEFAULT false,
    p_after    bigint DEFAULT 0,
    p_limit    integer DEFAULT 200
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._hold_off_erasure();
    v_ids := c360._claim_rejected_events(c360._read_rejected_filter(p_filter), coalesce(p_after, 0), p_limit);

    RETURN c360._redrive(p_tenant, v_ids, NULL, p_patch, p_dry_run) || jsonb_build_object(
        'next_after', v_ids[cardinality(v_ids)],
        'has_more', cardinality(v_ids) = p_limit AND p_limit > 0
    );
END;
$$;

COMMENT ON FUNCTION c360.redrive_rejected_batch(text, jsonb, jsonb, boolean, bigint, integer) IS
    'Sends a batch of the rejected events that a filter means through ingest again; call it again while has_more.';
