-- Brings the days of all observations of golden records up to their events. Looks first at what came after the last counted event, then
-- at the days before, further back each time, until all that is new is found: a late event costs as much as it is late. Trusts the
-- search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._count_days(p_master_profile_ids uuid[], p_zone text)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_open  bigint[] := c360._uncounted_observations(p_master_profile_ids, p_zone);
    v_reach integer;
BEGIN
    IF cardinality(v_open) = 0 THEN
        RETURN;
    END IF;

    v_open := c360._count_latest_events(v_open, p_zone);
    FOREACH v_reach IN ARRAY ARRAY[1, 14, 120, NULL] LOOP
        v_open := c360._recount_days(v_open, p_zone, v_reach);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._count_days(uuid[], text) IS
    'Brings the days of observations up to their events.';
