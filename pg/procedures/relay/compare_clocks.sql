-- Compares the clock of a relay, p_at in seconds since 1970, with that of the database; returns how far the relay is ahead and writes it down.
-- Safe to repeat. A relay that is a minute off sends nothing: one of the two clocks is wrong, and receivers refuse messages that are
-- five minutes old or new.

CREATE OR REPLACE FUNCTION c360.compare_clocks(p_relay text, p_at double precision)
    RETURNS double precision
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ahead double precision := p_at - extract(epoch FROM clock_timestamp());
BEGIN
    UPDATE c360.relays AS running
    SET clock_ahead_seconds = v_ahead
    WHERE running.relay = p_relay
      AND abs(running.clock_ahead_seconds - v_ahead) > 1;

    RETURN v_ahead;
END;
$$;

COMMENT ON FUNCTION c360.compare_clocks(text, double precision) IS
    'Seconds by which the clock of a relay is ahead of that of the database.';
