-- Refuses a name that is no sink.
-- Raises: U5440 sink_not_found

CREATE OR REPLACE FUNCTION c360._check_sink(p_sink text)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (p_sink IN ('kafka', 'firehose', 'sns')) IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no sink "%"', left(p_sink, 100)
            USING ERRCODE = 'U5440',
                  HINT = 'The sinks are kafka, firehose and sns.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_sink(text) IS 'Raises an error for a name that is no sink.';
