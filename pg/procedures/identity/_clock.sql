-- The time of day as 14:30:00.123 from its parts: hour, minute, second, fraction, a or p of AM and PM. NULL for an hour that
-- no such clock shows. Pure.

CREATE OR REPLACE FUNCTION c360._clock(p_parts text[])
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT lpad(
            CASE
                WHEN p_parts[5] IS NULL THEN p_parts[1]
                WHEN p_parts[1]::integer BETWEEN 1 AND 12
                    THEN (p_parts[1]::integer % 12 + CASE p_parts[5] WHEN 'p' THEN 12 ELSE 0 END)::text
            END,
            2, '0'
        )
        || ':' || p_parts[2]
        || ':' || coalesce(p_parts[3], '00')
        || coalesce('.' || p_parts[4], '');
$$;

COMMENT ON FUNCTION c360._clock(text[]) IS
    'The time of day from hour, minute, second, fraction and half of the day.';
