-- Whether an identifier in its normalised form is nobody's by the values a new tenant blocks: a placeholder, an absent value in
-- words, the name of the field. For what belongs to no identifier type, such as order numbers. Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_nobodys(p_value text)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    -- Nearly all are numbers, perhaps with letters in front, and patterns are only for those that count or repeat a digit.
    IF p_value ~ '^([A-Za-z]{1,4}[-#_]?|#)?[1-9][0-9]*[2-9][0-9]*$' AND p_value !~ '1234567|7654321|0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}' THEN
        RETURN false;
    END IF;
    RETURN p_value COLLATE c360.letters ~* (
        SELECT '^(?:' || string_agg(standard.pattern, '|') || ')$'
        FROM c360._default_blocked_values() AS standard
        WHERE standard.identifier_type = '*'
    );
END;
$$;

COMMENT ON FUNCTION c360._is_nobodys(text) IS
    'Whether a normalised identifier is a placeholder that stands for nobody.';
