-- What removing the events of before a time would remove: {removed, partitions}. p_month is the first moment of the month
-- that stays. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._count_past_events(
    p_before timestamptz,
    p_month  timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_partition  text;
    v_count      bigint;
    v_removed    bigint;
    v_partitions text[] := '{}';
BEGIN
    SELECT count(*)
    INTO v_removed
    FROM cdp_behavioral_events_default AS stray
    WHERE stray.received_at < p_month
      AND isfinite(stray.received_at);

    FOR v_partition IN
        SELECT past.partition
        FROM c360._past_event_partitions(p_before) AS past
        ORDER BY past.until
    LOOP
        EXECUTE format('SELECT count(*) FROM %I', v_partition) INTO v_count;
        v_removed := v_removed + v_count;
        v_partitions := v_partitions || v_partition;
    END LOOP;

    RETURN jsonb_build_object('removed', v_removed, 'partitions', v_partitions);
END;
$$;

COMMENT ON FUNCTION c360._count_past_events(timestamptz, timestamptz) IS
    'Counts the events that removing those of before a time would remove, and names the partitions.';
