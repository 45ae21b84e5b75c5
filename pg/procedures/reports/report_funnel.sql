-- How many golden records came to each step of a funnel: events by these names, one after the other, within p_window of the first. Who
-- begins from p_from to p_to counts, in the time zone of the tenant, also when later steps come after p_to; without them the last 30 days.
-- Everybody counts once a step, by the furthest of their beginnings. Counted from the events that are kept. Two to ten steps. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds, U3420 for steps that cannot be

CREATE OR REPLACE FUNCTION c360.report_funnel(
    p_tenant text,
    p_steps  text[],
    p_window interval DEFAULT '7 days',
    p_from   date     DEFAULT NULL,
    p_to     date     DEFAULT NULL
)
    RETURNS TABLE (step integer, event_name text, profiles bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_from   timestamptz;
    v_before timestamptz;
    v_places c360.funnel_place[];
    v_step   integer;
    -- Numbered from 1, whatever the caller numbers them from.
    v_steps  text[] := ARRAY(SELECT told.name FROM unnest(p_steps) AS told (name));
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF array_ndims(p_steps) > 1 OR cardinality(v_steps) NOT BETWEEN 2 AND 10 OR array_position(v_steps, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a funnel has two to ten steps'
            USING ERRCODE = 'U3420',
                  HINT = 'Give the names of events in their order, such as page and Order Completed.';
    END IF;
    IF (p_window > interval '0' AND p_window <= interval '1 year') IS NOT TRUE THEN
        RAISE EXCEPTION 'a funnel cannot take %', coalesce(p_window::text, 'NULL')
            USING ERRCODE = 'U4425',
                  HINT = 'Give at most a year, such as 7 days.';
    END IF;

    SELECT
        asked.first_day::timestamp AT TIME ZONE tenant.time_zone,
        (asked.last_day + 1)::timestamp AT TIME ZONE tenant.time_zone
    INTO
        v_from,
        v_before
    FROM c360.tenants AS tenant
    CROSS JOIN LATERAL c360._report_range(p_tenant, p_from, p_to, 30) AS asked
    WHERE tenant.tenant = p_tenant;

    v_places := ARRAY(
        SELECT ROW(link.master_profile_id, event.occurred_at, event.occurred_at)::c360.funnel_place
        FROM cdp_behavioral_events AS event
        JOIN cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
        WHERE event.event_name = v_steps[1]
          AND event.occurred_at >= v_from
          AND event.occurred_at < v_before
    );

    FOR v_step IN 1..cardinality(v_steps) LOOP
        IF v_step > 1 THEN
            v_places := c360._next_funnel_places(v_places, v_steps[v_step], v_from, p_window);
        END IF;

        RETURN QUERY
        SELECT
            v_step,
            v_steps[v_step],
            count(DISTINCT place.master_profile_id)
        FROM unnest(v_places) AS place;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.report_funnel(text, text[], interval, date, date) IS
    'How many golden records came to each step of a funnel.';
