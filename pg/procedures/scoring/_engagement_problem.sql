-- What is wrong with settings of engagement as a tenant writes them; NULL when nothing is. Pure.

CREATE OR REPLACE FUNCTION c360._engagement_problem(p_settings jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(p_settings) IS DISTINCT FROM 'object'
       OR p_settings - ARRAY['half_life_days', 'default_weight', 'weights'] <> '{}'
    THEN
        RETURN 'it is {"half_life_days": number, "default_weight": number, "weights": {event name: number}}';
    ELSIF NOT c360._is_number_between(coalesce(p_settings -> 'half_life_days', '30'), 1, 3650) THEN
        RETURN 'half_life_days is a number from 1 to 3650';
    ELSIF NOT c360._is_number_between(coalesce(p_settings -> 'default_weight', '1'), -1000, 1000) THEN
        RETURN 'default_weight is a number from -1000 to 1000';
    ELSIF jsonb_typeof(coalesce(p_settings -> 'weights', '{}')) <> 'object' THEN
        RETURN 'weights is {event name: number}';
    END IF;

    RETURN (
        SELECT string_agg(format('the weight of "%s" is a number from -1000 to 1000', weighed.key), '; ' ORDER BY weighed.key)
        FROM jsonb_each(coalesce(p_settings -> 'weights', '{}')) AS weighed
        WHERE NOT c360._is_number_between(weighed.value, -1000, 1000)
    );
END;
$$;

COMMENT ON FUNCTION c360._engagement_problem(jsonb) IS
    'What cannot be right in settings of engagement.';
