-- Wakes a daemon at the commit of the caller, if it sleeps and asked for it: for producers that have work and nothing to write into
-- the log. A full notification queue would fail the caller at COMMIT, where nothing can catch it, so half full is the end of ringing.
-- Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._ring_bell(p_bell text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify(bell.channel, bell.bell)
    FROM c360.bells AS bell
    WHERE bell.bell = p_bell
      AND bell.is_awaited
      AND pg_notification_queue_usage() < 0.5;
END;
$$;

COMMENT ON FUNCTION c360._ring_bell(text) IS
    'Wakes a daemon that sleeps, when the transaction commits.';
