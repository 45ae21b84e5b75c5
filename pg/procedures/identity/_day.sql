-- The day a trait means: a text in the spellings of c360.normalise_date(), a JSON number of eight digits (19901205) or of
-- more: then it counts since 1970, in UTC. A text of digits is one where it is the midnight of a day (c360._epoch_day()). Lists, objects and everything else are none. Raises nothing.

CREATE OR REPLACE FUNCTION c360._day(
    p_value jsonb,
    p_order text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE jsonb_typeof(p_value)
        WHEN 'string' THEN coalesce(c360.normalise_date(p_value #>> '{}', p_order), c360._epoch_day(p_value #>> '{}'))
        WHEN 'number' THEN coalesce(
            to_char(c360._epoch_time(p_value::numeric) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            CASE WHEN p_value::numeric BETWEEN 10000101 AND 22001231 THEN c360.normalise_date(trim_scale(p_value::numeric)::text, p_order) END
        )
    END;
$$;

COMMENT ON FUNCTION c360._day(jsonb, text) IS
    'The day a JSON text or number means, as ISO text; NULL when it is none.';
