-- Takes one row out of the resolution queue because it cannot be resolved, and keeps it as a failure with the error. It is
-- due again after a minute, doubled with each attempt, at most an hour. Trusts the search_path and the resolver's lock.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._park_resolution_work(
    p_queue_id bigint,
    p_code     text,
    p_reason   text,
    p_at       timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH taken AS (
        DELETE FROM cdp_resolution_queue AS work
        WHERE work.queue_id = p_queue_id
        RETURNING work.*
    )
    INSERT INTO cdp_resolution_failures AS failure (
        raw_profile_id, master_profile_id, needs_rebuild, is_edited, needs_relink, enqueued_at, code, reason, failed_at,
        retry_at
    )
    SELECT
        taken.raw_profile_id,
        taken.master_profile_id,
        taken.needs_rebuild,
        taken.is_edited,
        taken.needs_relink,
        taken.enqueued_at,
        p_code,
        p_reason,
        p_at,
        p_at + interval '1 minute'
    FROM taken
    ON CONFLICT (raw_profile_id, master_profile_id) DO UPDATE
    SET needs_rebuild = failure.needs_rebuild OR excluded.needs_rebuild,
        is_edited = failure.is_edited OR excluded.is_edited,
        needs_relink = failure.needs_relink OR excluded.needs_relink,
        enqueued_at = least(failure.enqueued_at, excluded.enqueued_at),
        attempt_count = failure.attempt_count + 1,
        code = excluded.code,
        reason = excluded.reason,
        failed_at = excluded.failed_at,
        retry_at = excluded.failed_at + least(interval '1 minute' * power(2, least(failure.attempt_count, 6)), interval '1 hour');
END;
$$;

COMMENT ON FUNCTION c360._park_resolution_work(bigint, text, text, timestamptz) IS
    'Moves a row of the resolution queue to cdp_resolution_failures.';
