-- Names the channel a daemon LISTENs on for its bell. Random in each installation and told to daemons only: every login may
-- NOTIFY a channel it can name, and could keep all of them busy.
-- Raises: U5001 bell_not_found

CREATE OR REPLACE FUNCTION c360.bell_channel(p_bell text)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_channel text;
BEGIN
    SELECT bell.channel
    INTO v_channel
    FROM c360.bells AS bell
    WHERE bell.bell = p_bell;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no bell "%"', p_bell
            USING ERRCODE = 'U5001',
                  HINT = 'The bells are relay, resolver and sync.';
    END IF;

    RETURN v_channel;
END;
$$;

COMMENT ON FUNCTION c360.bell_channel(text) IS
    'The channel on which a daemon hears its bell; known to daemons only.';
