-- Refuses a time zone that the server does not know. NULL passes. Reads only.
-- Raises: U4410 tenant_invalid

CREATE OR REPLACE FUNCTION c360._check_time_zone(p_time_zone text)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_time_zone IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_timezone_names AS zone WHERE zone.name = p_time_zone)
    THEN
        RAISE EXCEPTION 'time zone "%" is unknown', p_time_zone
            USING ERRCODE = 'U4410',
                  HINT = 'Use an IANA name such as Asia/Ho_Chi_Minh.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_time_zone(text) IS
    'Refuses a time zone that the server does not know.';
