-- Gives back what a process holds, so that others need not wait for its leases to end. Safe to repeat.

CREATE OR REPLACE FUNCTION c360.release_sinks(
    p_sink  text,
    p_owner text
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    UPDATE c360.sinks AS held
    SET lease_until = '-infinity',
        token = held.token + 1
    WHERE held.sink = p_sink
      AND held.owner = p_owner
      AND held.lease_until > clock_timestamp();
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.release_sinks(text, text) IS
    'Gives the leases of a process back; answers how many.';
