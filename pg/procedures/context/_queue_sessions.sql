-- Notes the observations with events that the resolver is about to take up, so that their visits are worked out: every event
-- passes here once it is committed, and ingest has nothing to do for it. A track event may be called identify, group or alias: it is
-- one of a visit, and looked for where no other is known. Trusts the search_path and the resolver's lock.

CREATE OR REPLACE FUNCTION c360._queue_sessions(p_tenant text, p_queue_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
BEGIN
    IF to_regclass('cdp_session_queue') IS NULL
        OR NOT EXISTS (SELECT FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant AND tenant.session_minutes > 0) THEN
        RETURN;
    END IF;

    INSERT INTO cdp_session_queue (raw_profile_id)
    SELECT seen.raw_profile_id
    FROM (
        SELECT DISTINCT work.raw_profile_id
        FROM cdp_resolution_queue AS work
        WHERE work.queue_id = ANY (p_queue_ids)
          AND work.raw_profile_id IS NOT NULL
          AND NOT work.needs_relink
        OFFSET 0
    ) AS seen
    WHERE EXISTS (
        SELECT
        FROM cdp_activity AS activity
        WHERE activity.raw_profile_id = seen.raw_profile_id
          AND (
              activity.event_name <> ALL (ARRAY['identify', 'group', 'alias'])
              OR c360._has_tracks_called(activity.raw_profile_id, activity.event_name)
          )
    );
END;
$$;

COMMENT ON FUNCTION c360._queue_sessions(text, bigint[]) IS
    'Notes observations whose visits are to be worked out.';
