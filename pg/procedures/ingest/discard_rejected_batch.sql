-- Gives up at most p_limit of the open rejected events that a filter means, see _read_rejected_filter(); they stay, with status discarded.
-- Call it again until it answers 0. Passes over events that somebody else is settling just now. Safe to repeat.
-- Raises: U1017 filter_invalid, U4404, U4423, U4426

CREATE OR REPLACE FUNCTION c360.discard_rejected_batch(
    p_tenant  text,
    p_filter  jsonb,
    p_limit   integer DEFAULT 1000
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
    v_ids := c360._claim_rejected_events(c360._read_rejected_filter(p_filter), 0, p_limit);

    UPDATE cdp_rejected_events AS rejected
    SET status = 'discarded',
        settled_at = now()
    WHERE rejected.rejected_event_id = ANY (v_ids);

    RETURN cardinality(v_ids);
END;
$$;

COMMENT ON FUNCTION c360.discard_rejected_batch(text, jsonb, integer) IS
    'Gives a batch of the rejected events up that a filter means; answers how many, 0 when none is left.';
