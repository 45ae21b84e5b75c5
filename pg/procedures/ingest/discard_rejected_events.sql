-- Gives rejected events up: they stay, with status discarded, and are not listed as open any more.
-- Safe to repeat: answers how many were open.
-- Raises: U1404 rejected_event_not_found, U4404, U4423

CREATE OR REPLACE FUNCTION c360.discard_rejected_events(
    p_tenant              text,
    p_rejected_event_ids  bigint[]
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_ids := c360._lock_rejected_events(p_rejected_event_ids);

    UPDATE cdp_rejected_events AS rejected
    SET status = 'discarded',
        settled_at = now()
    WHERE rejected.rejected_event_id = ANY (v_ids);

    RETURN cardinality(v_ids);
END;
$$;

COMMENT ON FUNCTION c360.discard_rejected_events(text, bigint[]) IS
    'Gives rejected events up; answers how many of them were still open.';
