-- Puts the oldest row of the resolution queue behind all others, so that a row that cannot be resolved blocks nobody.
-- For a worker whose batch of one row failed. Answers the row, NULL when the queue is empty. Nothing is lost: the row
-- comes round again.
-- Raises: U4403 tenant_forbidden, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.set_aside_resolution_work(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row jsonb;
BEGIN
    PERFORM c360._enter_tenant(p_tenant, 'write');

    WITH taken AS (
        DELETE FROM cdp_resolution_queue AS work
        WHERE work.queue_id = (
            SELECT oldest.queue_id
            FROM cdp_resolution_queue AS oldest
            ORDER BY oldest.queue_id
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING work.*
    ),
    returned AS (
        INSERT INTO cdp_resolution_queue (raw_profile_id, master_profile_id, needs_rebuild, is_edited, enqueued_at)
        SELECT
            taken.raw_profile_id,
            taken.master_profile_id,
            taken.needs_rebuild,
            taken.is_edited,
            taken.enqueued_at
        FROM taken
    )
    SELECT to_jsonb(taken)
    INTO v_row
    FROM taken;

    RETURN v_row;
END;
$$;

COMMENT ON FUNCTION c360.set_aside_resolution_work(text) IS
    'Moves the oldest row of the resolution queue to its end and answers it.';
