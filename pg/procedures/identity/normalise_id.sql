-- Makes an identifier of another system comparable: trimmed, NFC, absent words gone. Case is kept, because systems that
-- tell two customers apart by case exist and a wrong merge costs more than a missed one. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_id(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text := c360.present_text(p_value);
BEGIN
    -- A value nobody could index is not an identifier.
    RETURN CASE WHEN length(v_value) <= 500 THEN v_value END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_id(text) IS
    'Comparable form of an identifier; NULL when it is absent or longer than 500 characters.';
