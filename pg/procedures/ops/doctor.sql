-- Looks for what an operator has to mend: missing roles, unsafe settings, stuck work. Changes nothing.
-- Answers one row per finding, none when all is well. Reads every tenant: for the owner of c360, granted to nobody.

CREATE OR REPLACE FUNCTION c360.doctor(p_now timestamptz DEFAULT clock_timestamp())
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM c360._doctor_server(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_hosted();
    RETURN QUERY SELECT * FROM c360._doctor_log();
    RETURN QUERY SELECT * FROM c360._doctor_messages(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_consumers(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_sinks(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_tenants(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_syncs(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_snapshots(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_relay();
    RETURN QUERY SELECT * FROM c360._doctor_endpoints();
    RETURN QUERY SELECT * FROM c360._doctor_jobs(p_now);
    RETURN QUERY SELECT * FROM c360._doctor_lakes(p_now);
END;
$$;

COMMENT ON FUNCTION c360.doctor(timestamptz) IS
    'What is wrong in this database and how to mend it, one row per finding; level is error or warning.';
