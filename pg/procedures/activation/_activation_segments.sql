-- The segments a rule of activation looks at: by what sets it off, for whom it is, and for whom not. Reads nothing.

CREATE OR REPLACE FUNCTION c360._activation_segments(p_definition jsonb)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_remove(ARRAY[
        p_definition #>> '{when,segment_entered}',
        p_definition #>> '{when,segment_left}',
        p_definition ->> 'segment',
        p_definition ->> 'not_in_segment'
    ], NULL);
$$;

COMMENT ON FUNCTION c360._activation_segments(jsonb) IS
    'The segments a rule of activation looks at.';
