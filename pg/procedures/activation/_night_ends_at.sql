-- When the quiet hours end that a moment lies in, where the clock shows the time of this zone; NULL when it is not in them. A zone that the
-- server does not know counts as p_default. Where clocks are set, days and hours are those that people there see. Raises nothing.

CREATE OR REPLACE FUNCTION c360._night_ends_at(
    p_at      timestamptz,
    p_from    time,
    p_to      time,
    p_zone    text,
    p_default text
)
    RETURNS timestamptz
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_zone  text := coalesce(p_zone, p_default);
    v_local timestamp;
    v_end   timestamptz;
BEGIN
    BEGIN
        v_local := p_at AT TIME ZONE v_zone;
    EXCEPTION
        WHEN invalid_parameter_value THEN
            v_zone := p_default;
            v_local := p_at AT TIME ZONE v_zone;
    END;

    IF (CASE
        WHEN p_from < p_to THEN v_local::time >= p_from AND v_local::time < p_to
        ELSE v_local::time >= p_from OR v_local::time < p_to
    END) IS NOT TRUE THEN
        RETURN NULL;
    END IF;

    v_end := (v_local::date + CASE WHEN v_local::time < p_to THEN 0 ELSE 1 END + p_to) AT TIME ZONE v_zone;
    -- An hour that comes twice: the end is the second time.
    RETURN CASE WHEN v_end > p_at THEN v_end ELSE v_end + interval '1 hour' END;
END;
$$;

COMMENT ON FUNCTION c360._night_ends_at(timestamptz, time, time, text, text) IS
    'When the quiet hours end that a moment lies in.';
