-- True for an event of more than 32 KB of JSON. The blanks that jsonb adds when it is printed do not count, so that an
-- event is never refused for a size its sender did not send.

CREATE OR REPLACE FUNCTION c360._is_oversized(p_event jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN octet_length(p_event::text) <= 32768 THEN false
        ELSE octet_length(regexp_replace(p_event::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g')) > 32768
    END;
$$;

COMMENT ON FUNCTION c360._is_oversized(jsonb) IS
    'Whether an event is larger than 32 KB as compact JSON.';
