-- Resolves rows of the queue in a subtransaction. When they cannot be resolved nothing has happened, and the answer is
-- {code, reason} instead of the counts. Every error is caught but those that are nobody's fault (transaction rolled back,
-- resources, operator, system, corruption) and a read-only transaction: they would be the same for every row.
-- Trusts the search_path and the resolver's lock. Raises: what is not caught.

CREATE OR REPLACE FUNCTION c360._try_resolution(
    p_tenant    text,
    p_queue_ids bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_seqscan = off
    SET jit = off
    SET work_mem = '64MB'
AS $$
DECLARE
    -- Each attempt has its own time: the versions of a golden record then follow each other.
    v_at      timestamptz := clock_timestamp();
    v_fresh   bigint[];
    v_relink  bigint[];
    v_moved   uuid[];
    v_rebuild uuid[];
    v_edited  uuid[];
    v_stale   uuid[];
    v_counts  jsonb;
    v_code    text;
    v_reason  text;
BEGIN
    PERFORM c360._plan_for(cardinality(p_queue_ids));

    SELECT
        claim.fresh,
        claim.relink,
        claim.moved,
        claim.rebuild,
        claim.edited,
        claim.stale
    INTO
        v_fresh,
        v_relink,
        v_moved,
        v_rebuild,
        v_edited,
        v_stale
    FROM c360._claim_resolution_work(p_queue_ids) AS claim;

    v_counts := c360._settle_resolution(p_tenant, v_fresh, v_relink, v_moved, v_rebuild, v_edited, v_stale, v_at);

    -- A constraint somebody deferred must speak here and not at the end of the transaction, where nobody can catch it.
    SET CONSTRAINTS ALL IMMEDIATE;

    RETURN v_counts || jsonb_build_object('linked', cardinality(v_fresh));
EXCEPTION
    -- What nobody foresaw is exactly what this is for; it is not hidden, it becomes a failure somebody can see.
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS
            v_code = RETURNED_SQLSTATE,
            v_reason = MESSAGE_TEXT;
        IF left(v_code, 2) IN ('40', '53', '57', '58', 'XX') OR v_code IN ('25006', '55P03') THEN
            RAISE;
        END IF;
        RETURN jsonb_build_object('code', v_code, 'reason', v_reason);
END;
$$;

COMMENT ON FUNCTION c360._try_resolution(text, bigint[]) IS
    'Resolves rows of the queue, or answers why they cannot be resolved.';
