-- Reads a gender as people and systems write it, Vietnamese included: male, female, other or unknown; NULL for anything
-- else. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_gender(p_value text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN sent.gender IN ('m', 'male', 'man', 'boy', 'nam', 'mr') THEN 'male'
        WHEN sent.gender IN ('f', 'female', 'woman', 'girl', 'nu', 'mrs', 'ms', 'miss') THEN 'female'
        WHEN sent.gender IN ('o', 'x', 'other', 'diverse', 'divers', 'non binary', 'nonbinary', 'khac') THEN 'other'
        WHEN sent.gender IN ('u', 'unknown', 'not specified', 'prefer not to say') THEN 'unknown'
    END
    FROM (SELECT c360.normalise_name(p_value) AS gender) AS sent;
$$;

COMMENT ON FUNCTION c360.normalise_gender(text) IS
    'male, female, other or unknown; NULL when the text says neither.';
