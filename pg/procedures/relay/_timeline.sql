-- Timeline of the server, as the first eight digits of a WAL file name; NULL on a standby, which has none of its own yet, and
-- where the platform does not let us ask. Not from pg_control_checkpoint(): that one lags behind a promotion.

CREATE OR REPLACE FUNCTION c360._timeline()
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN NULL;
    END IF;

    RETURN left(pg_walfile_name(pg_current_wal_lsn()), 8);
EXCEPTION
    WHEN insufficient_privilege OR feature_not_supported THEN
        RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360._timeline() IS
    'Timeline of the server; NULL on a standby, or if it may not be read.';
