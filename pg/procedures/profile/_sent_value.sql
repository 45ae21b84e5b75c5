-- The value of an attribute as an observation sent it: the first of its traits that is there, else what came as an
-- identifier; for a part of the name that was not sent, the full name it is taken from. NULL where nothing was sent.
-- Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._sent_value(
    p_traits      jsonb,
    p_identifiers jsonb,
    p_attribute   c360.profile_attributes
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT coalesce(
        (
            SELECT p_traits #> string_to_array(path.name, '.')
            FROM unnest((p_attribute).trait_paths) WITH ORDINALITY AS path (name, number)
            WHERE p_traits #> string_to_array(path.name, '.') IS NOT NULL
            ORDER BY path.number
            LIMIT 1
        ),
        p_identifiers -> (p_attribute).identifier_type,
        CASE
            WHEN (p_attribute).attribute IN ('first_name', 'last_name') THEN (
                SELECT c360._sent_value(p_traits, p_identifiers, whole.*)
                FROM c360.profile_attributes AS whole
                WHERE whole.tenant = (p_attribute).tenant
                  AND whole.attribute = 'full_name'
            )
        END
    );
$$;

COMMENT ON FUNCTION c360._sent_value(jsonb, jsonb, c360.profile_attributes) IS
    'Value of an attribute as an observation sent it.';
