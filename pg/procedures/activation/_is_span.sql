-- Whether JSON is a length of time as rules write it: 20 seconds, 30 minutes, 12 hours, 7 days; at most 366 days. Pure.

CREATE OR REPLACE FUNCTION c360._is_span(p_value jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT jsonb_typeof(p_value) = 'string'
        AND p_value #>> '{}' ~ '^([1-9][0-9]{0,3} (second|minute)s?|([1-9][0-9]{0,2}|[1-7][0-9]{3}|8[0-6][0-9]{2}|87[0-7][0-9]|878[0-4]) hours?|([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6]) days?)$';
$$;

COMMENT ON FUNCTION c360._is_span(jsonb) IS
    'Whether JSON is a length of time such as 30 minutes or 7 days.';
