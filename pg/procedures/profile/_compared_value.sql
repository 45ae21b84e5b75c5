-- The value of an attribute as match rules compare it, out of what an observation says in standard form: names from the parts
-- of the name, words without accents and case, everything else as it stands. The twin of what candidate_pairs.sql.j2
-- compiles. NULL where it is absent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compared_value(
    p_attribute  text,
    p_normaliser text,
    p_data_type  text,
    p_standard   jsonb
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_attribute = 'first_name' THEN p_standard ->> 'given_name'
        WHEN p_attribute = 'last_name' THEN p_standard ->> 'family_name'
        WHEN p_attribute = 'date_of_birth' THEN p_standard ->> 'birth_date'
        WHEN p_data_type = 'text' AND p_normaliser IN ('text', 'name', 'none')
            THEN c360.normalise_words(p_standard -> 'attributes' ->> p_attribute)
        ELSE p_standard -> 'attributes' ->> p_attribute
    END
$$;

COMMENT ON FUNCTION c360._compared_value(text, text, text, jsonb) IS
    'Value of an attribute as match rules compare it.';
