-- A time zone as its database spells it, where a system wrote it as HubSpot does: asia_slash_ho_chi_minh is Asia/Ho_Chi_Minh. Anything else comes
-- back as it is. Raises nothing.

CREATE OR REPLACE FUNCTION c360._import_time_zone(p_value jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN btrim(p_value #>> '{}') ~ '^[a-z]+(_slash_[a-z0-9_-]+)+$' THEN to_jsonb(
            -- Small words within a name stay small.
            replace(replace(replace(replace(
                initcap(replace(btrim(p_value #>> '{}'), '_slash_', '/')),
                '_Es_', '_es_'), '_Of_', '_of_'), '-Au-', '-au-'), 'Us/', 'US/')
        )
        ELSE p_value
    END;
$$;

COMMENT ON FUNCTION c360._import_time_zone(jsonb) IS
    'A time zone as its database spells it.';
