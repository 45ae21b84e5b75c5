-- The sink of a lease, locked when it is to be written. Raises an error for one that passed to somebody else, ended or was disabled.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360._leased_sink(
    p_sink_id bigint,
    p_token   bigint,
    p_locks   boolean
)
    RETURNS c360.sinks
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sink c360.sinks;
BEGIN
    IF p_locks THEN
        SELECT sink.*
        INTO v_sink
        FROM c360.sinks AS sink
        WHERE sink.sink_id = p_sink_id
        FOR NO KEY UPDATE;
    ELSE
        SELECT sink.*
        INTO v_sink
        FROM c360.sinks AS sink
        WHERE sink.sink_id = p_sink_id;
    END IF;

    IF NOT FOUND OR v_sink.token <> p_token THEN
        RAISE EXCEPTION 'the lease of sink % was taken or ended', p_sink_id
            USING ERRCODE = 'U5442',
                  HINT = 'Nothing is to be done: whoever holds it goes on.';
    END IF;

    RETURN v_sink;
END;
$$;

COMMENT ON FUNCTION c360._leased_sink(bigint, bigint, boolean) IS
    'The sink of a lease; an error when it passed to somebody else.';
