-- Removes a tenant's events of months that were over before a time; a dry run counts them all. Message ids stay, so that a
-- late repeat of a removed event is still known, and so does all that was computed from events: purchases, activity,
-- observations, identities. Trusts the search_path. Session TimeZone is UTC. Safe to repeat, from any position.
--
-- A step does one of four things: it removes strays from the default partition, or visits whose events go, at most p_limit; or it notes the last page,
-- the channel and the days of at most p_limit observations of the oldest past partition; or, when all are noted, it drops the partition.
-- For that PostgreSQL locks the whole table until the transaction ends. So it comes last, and waits for no lock longer than
-- the caller's lock_timeout, because everybody who comes later waits behind it: is_postponed. (DETACH CONCURRENTLY is no
-- way: PostgreSQL refuses it beside a default partition.) The cursor is {partition, noted}: the last observation noted.
-- Rows of a dropped partition are counted as the planner's statistics estimate them.

CREATE OR REPLACE FUNCTION c360._retain_events(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer,
    p_cursor  jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_month     timestamptz := date_trunc('month', p_before);
    v_removed   bigint;
    v_partition text;
    v_until     timestamptz;
    v_noted     bigint;
BEGIN
    IF p_dry_run THEN
        RETURN c360._count_past_events(p_before, v_month);
    END IF;

    -- Windows go on counting what is removed.
    PERFORM c360._hold_lock(p_tenant, 'profiles');
    v_removed := c360._remove_stray_events(p_tenant, v_month, p_limit);
    IF v_removed > 0 THEN
        RETURN jsonb_build_object('removed', v_removed, 'has_more', true);
    END IF;

    IF c360._remove_past_visits(v_month, p_limit) > 0 THEN
        RETURN jsonb_build_object('removed', 0, 'has_more', true);
    END IF;

    SELECT
        past.partition,
        past.until
    INTO
        v_partition,
        v_until
    FROM c360._past_event_partitions(p_before) AS past
    ORDER BY past.until
    LIMIT 1;

    IF NOT FOUND THEN
        RETURN jsonb_build_object('removed', 0);
    END IF;

    v_noted := CASE WHEN p_cursor ->> 'partition' = v_partition THEN (p_cursor ->> 'noted')::bigint ELSE 0 END;

    v_noted := c360._note_past_observations(p_tenant, v_partition, v_until, v_noted, p_limit);

    IF v_noted IS NOT NULL THEN
        RETURN jsonb_build_object(
            'removed', 0,
            'has_more', true,
            'cursor', jsonb_build_object(
                'partition', v_partition,
                'noted', v_noted
            )
        );
    END IF;

    v_removed := c360._row_estimate('tenant_' || p_tenant, v_partition);
    EXECUTE format('DROP TABLE %I', v_partition);

    RETURN jsonb_build_object('removed', v_removed, 'has_more', true, 'partitions', jsonb_build_array(v_partition));
EXCEPTION
    WHEN lock_not_available THEN
        RETURN jsonb_build_object('removed', 0, 'is_postponed', true);
END;
$$;

COMMENT ON FUNCTION c360._retain_events(text, timestamptz, boolean, integer, jsonb) IS
    'Removes a tenant''s events of months that were over before a time, a step at a time.';
