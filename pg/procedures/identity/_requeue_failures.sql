-- Puts failed work that is due back into the resolution queue; its failure stays known until the work is done. Answers
-- how much. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._requeue_failures(p_due_at timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_count bigint;
BEGIN
    WITH due AS (
        UPDATE cdp_resolution_failures AS failure
        SET retry_at = NULL
        WHERE failure.retry_at <= p_due_at
        RETURNING failure.*
    )
    INSERT INTO cdp_resolution_queue (raw_profile_id, master_profile_id, needs_rebuild, is_edited, needs_relink, enqueued_at)
    SELECT
        due.raw_profile_id,
        due.master_profile_id,
        due.needs_rebuild,
        due.is_edited,
        due.needs_relink,
        due.enqueued_at
    FROM due;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._requeue_failures(timestamptz) IS
    'Puts failed work due at that time back into the resolution queue.';
