-- Reads a gender as people and systems write it, Vietnamese included: male, female, other or unknown; NULL for anything
-- else. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_gender(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_gender text := lower(p_value COLLATE "C");
BEGIN
    -- Most systems send one of these as it stands.
    IF v_gender NOT IN ('m', 'f', 'male', 'female') THEN
        v_gender := c360.normalise_name(p_value);
    END IF;

    RETURN CASE
        WHEN v_gender IN ('m', 'male', 'man', 'boy', 'nam', 'mr') THEN 'male'
        WHEN v_gender IN ('f', 'female', 'woman', 'girl', 'nu', 'mrs', 'ms', 'miss') THEN 'female'
        WHEN v_gender IN ('o', 'x', 'other', 'diverse', 'divers', 'non binary', 'nonbinary', 'khac') THEN 'other'
        WHEN v_gender IN ('u', 'unknown', 'not specified', 'prefer not to say') THEN 'unknown'
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_gender(text) IS
    'male, female, other or unknown; NULL when the text says neither.';
