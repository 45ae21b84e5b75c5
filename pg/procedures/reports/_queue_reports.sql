-- Notes golden records whose days changed, or that are no more, in the transaction that worked their days out: refresh_reports() brings
-- the reports up to date. Nothing while the tenant has no table for it. Appends only, so nobody waits. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._queue_reports(p_master_profile_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass('cdp_report_queue') IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO cdp_report_queue (master_profile_id)
    SELECT noted.id
    FROM unnest(p_master_profile_ids) AS noted (id);
END;
$$;

COMMENT ON FUNCTION c360._queue_reports(uuid[]) IS
    'Notes golden records whose days changed, for the reports.';
