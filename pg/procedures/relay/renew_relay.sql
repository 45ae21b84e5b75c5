-- Writes down that a relay runs here and raises its mark. p_mark is the highest mark the relay remembers, 0 at its start.
-- It calls this when it starts, every few seconds, and first of all on every new connection: where the row is missing or
-- behind, the connection ends at a copy that was made earlier, and nothing may be sent from it.
-- Safe to repeat: an answer that got lost leaves the mark higher than the relay remembers, which is no reason to refuse.
-- Raises: U5003 cluster_changed

CREATE OR REPLACE FUNCTION c360.renew_relay(
    p_relay text,
    p_mark  bigint
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mark bigint;
BEGIN
    PERFORM c360.check_cluster();

    IF p_mark = 0 THEN
        INSERT INTO c360.relays (relay)
        VALUES (p_relay)
        ON CONFLICT (relay) DO NOTHING;
    END IF;

    UPDATE c360.relays AS running
    SET mark = running.mark + 1,
        renewed_at = clock_timestamp()
    WHERE running.relay = p_relay
      AND running.mark >= p_mark
    RETURNING running.mark
    INTO v_mark;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'relay "%" is connected to a copy of its database', p_relay
            USING ERRCODE = 'U5003',
                  DETAIL = format('It remembers mark %s, here stands %s.', p_mark, coalesce((
                      SELECT running.mark
                      FROM c360.relays AS running
                      WHERE running.relay = p_relay
                  )::text, 'none')),
                  HINT = 'Make sure that the old server sends no more, then SELECT c360.confirm_cluster(); and start the relay again.';
    END IF;

    RETURN v_mark;
END;
$$;

COMMENT ON FUNCTION c360.renew_relay(text, bigint) IS
    'Tells that a relay runs here and raises its mark; an error when the database is a copy of the one it knows.';
