-- Findings about tenants whose schema does not follow their metadata by itself: a person has to agree, it failed, nobody does it.
-- Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_syncs(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH pending AS MATERIALIZED (
        SELECT
            listed.*,
            EXISTS (
                SELECT
                FROM c360.sync_workers AS known
                WHERE known.seen_at > p_now - interval '15 seconds'
            ) AS has_worker
        FROM c360.pending_syncs AS listed
    )
    SELECT
        'warning',
        format('tenant %s', pending.tenant),
        format('Its sync waits for somebody to agree: %s.', pending.detail),
        format('Look with: c360 tenant plan %s   and if it is meant: %s', pending.tenant, pending.confirm)
    FROM pending
    WHERE pending.state = 'waits'

    UNION ALL

    SELECT
        'warning',
        format('tenant %s', pending.tenant),
        format('Its sync failed with %s and is tried again.', pending.error_code),
        concat_ws(' ', pending.error_hint, format('See the whole of it with: c360 tenant sync %s', pending.tenant))
    FROM pending
    WHERE pending.state = 'failed'

    UNION ALL

    SELECT
        'warning',
        format('tenant %s', pending.tenant),
        CASE
            WHEN NOT pending.auto_sync THEN 'Its metadata were changed, and its automatic sync is turned off.'
            WHEN pending.has_worker THEN 'Its metadata were changed a minute ago, and no worker has come to it.'
            ELSE 'Its metadata were changed, and no worker that may sync is running.'
        END,
        format('Run: c360 tenant sync %s', pending.tenant)
            || CASE
                WHEN pending.auto_sync AND NOT pending.has_worker
                    THEN '   A worker does it by itself that has an address of the owner: C360_SYNC_DSN'
                ELSE ''
            END
    FROM pending
    WHERE pending.state = 'pending'
      AND (NOT pending.auto_sync OR NOT pending.has_worker OR pending.requested_at < p_now - interval '1 minute');
END;
$$;

COMMENT ON FUNCTION c360._doctor_syncs(timestamptz) IS 'Findings of c360.doctor() about tenants that do not follow their metadata.';
