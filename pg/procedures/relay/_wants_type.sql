-- Answers whether a message type passes the filter of a subscription. Pure; raises nothing.

CREATE OR REPLACE FUNCTION c360._wants_type(p_types text[], p_type text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT cardinality(p_types) = 0
        OR EXISTS (
            SELECT
            FROM unnest(p_types) AS wanted (pattern)
            WHERE p_type = wanted.pattern
               OR (right(wanted.pattern, 2) = '.*' AND starts_with(p_type, left(wanted.pattern, -1)))
        );
$$;

COMMENT ON FUNCTION c360._wants_type(text[], text) IS
    'True when a message type is listed, or starts like a listed pattern such as profile.*; an empty list wants all.';
