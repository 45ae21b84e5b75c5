-- The key under which a match rule finds candidates: a checksum of the values that have to be equal, with the rule in front.
-- NULL where one of the values is absent. Two lists of values may have one key; what is found is compared anyway.
-- Raises nothing. In SQL, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._match_key(
    p_rule   text,
    p_values text[]
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN array_position(p_values, NULL) IS NULL
            THEN p_rule || ':' || to_hex(hashtextextended(array_to_string(p_values, E'\x1f'), 0))
    END
$$;

COMMENT ON FUNCTION c360._match_key(text, text[]) IS
    'Key under which a match rule looks candidates up; NULL where a value is absent.';
