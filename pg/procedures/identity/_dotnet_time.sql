-- The point in time that programs of Microsoft write as /Date(660355200000)/ or /Date(660355200000+0700)/: milliseconds since 1970
-- in UTC, and the zone to show them in. Gives ISO text of the time there; NULL for every other text and for what is outside the years
-- 1000 to 2200. Raises nothing.

CREATE OR REPLACE FUNCTION c360._dotnet_time(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_part   text[] := regexp_match(p_text, '^\\?/Date\((-?[0-9]{1,14})([-+](?:0[0-9]|1[0-4])[0-5][0-9])?\)\\?/$');
    v_count  bigint := v_part[1];
    v_zone   interval := (left(v_part[2], 3) || ':' || substr(v_part[2], 4))::interval;
BEGIN
    RETURN CASE
        WHEN v_count BETWEEN -30610224000000 AND 7289654399000 THEN
            to_char(
                timestamp '1970-01-01' + make_interval(secs => v_count / 1000.0) + coalesce(v_zone, interval '0'),
                'YYYY-MM-DD"T"HH24:MI:SS.MS'
            ) || coalesce(v_part[2], 'Z')
    END;
END;
$$;

COMMENT ON FUNCTION c360._dotnet_time(text) IS
    'A time as programs of Microsoft write it into JSON, as ISO text.';
