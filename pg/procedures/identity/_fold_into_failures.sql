-- Takes rows out of the resolution queue whose observation or golden record failed and is not due again: what they ask for
-- is added to the failure, so that somebody who visits all day does not make every batch fail. Trusts the search_path and
-- the resolver's lock; the caller has locked the rows. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fold_into_failures(p_queue_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cdp_resolution_failures) THEN
        RETURN;
    END IF;

    WITH folded AS (
        DELETE FROM cdp_resolution_queue AS work
        USING cdp_resolution_failures AS failure
        WHERE work.queue_id = ANY (p_queue_ids)
          AND (failure.raw_profile_id = work.raw_profile_id OR failure.master_profile_id = work.master_profile_id)
          AND failure.retry_at IS NOT NULL
        RETURNING work.*
    ),
    asked AS (
        SELECT
            folded.raw_profile_id,
            folded.master_profile_id,
            bool_or(folded.needs_rebuild) AS needs_rebuild,
            bool_or(folded.is_edited) AS is_edited,
            bool_or(folded.needs_relink) AS needs_relink
        FROM folded
        GROUP BY
            folded.raw_profile_id,
            folded.master_profile_id
    )
    UPDATE cdp_resolution_failures AS failure
    SET needs_rebuild = failure.needs_rebuild OR asked.needs_rebuild,
        is_edited = failure.is_edited OR asked.is_edited,
        needs_relink = failure.needs_relink OR asked.needs_relink
    FROM asked
    WHERE failure.raw_profile_id = asked.raw_profile_id
       OR failure.master_profile_id = asked.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._fold_into_failures(bigint[]) IS
    'Adds queued work of observations that failed and wait to their failure.';
