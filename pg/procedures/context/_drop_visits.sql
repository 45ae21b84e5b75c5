-- Removes the visits of a tenant that wants none, at most so many rows of each table; answers whether there were any. Trusts the
-- search_path and the lock of sessions. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_visits(p_limit integer)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
DECLARE
    v_table   text;
    v_key     text;
    v_count   bigint;
    v_removed bigint := 0;
BEGIN
    FOR v_table, v_key IN
        VALUES
            ('cdp_session_queue', 'queue_id'),
            ('cdp_visits', 'entry_event_id'),
            ('cdp_visitor_profiles', 'raw_profile_id'),
            ('cdp_visitors', 'visitor_id')
    LOOP
        EXECUTE format('DELETE FROM %1$I WHERE %2$I IN (SELECT gone.%2$I FROM %1$I AS gone LIMIT $1)', v_table, v_key)
        USING p_limit;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        v_removed := v_removed + v_count;
    END LOOP;

    DELETE FROM cdp_session_states;

    RETURN v_removed > 0;
END;
$$;

COMMENT ON FUNCTION c360._drop_visits(integer) IS
    'Removes the visits of a tenant that wants none.';
