-- Makes an identifier of another system, an order number included, comparable: c360.present_text() in plain letters, digits and
-- dashes, without blanks and quotation marks. 1001.0 is 1001, as tables write a number; 8.4E+11 is nothing, for the digits of the
-- number are lost. A UUID has no case and no braces; case is kept otherwise, because systems that tell two customers apart by case
-- exist and a wrong merge costs more than a missed one.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_id(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text;
BEGIN
    -- Most identifiers are as they should be.
    IF c360._is_plain_id(p_value) THEN
        RETURN p_value;
    END IF;

    v_value := c360._fold_forms(c360.present_text(p_value));
    v_value := regexp_replace(v_value, '[\x01-\x20\x7f]', '', 'g');
    IF v_value ~ '^[''‘’]|^".*"$' OR p_value ~ '^\s*''.*''\s*$' THEN
        v_value := c360.present_text(btrim(v_value, '''‘’"'));
    END IF;

    IF v_value ~ '^[0-9]+[.]0+$' THEN
        v_value := split_part(v_value, '.', 1);
    ELSIF v_value ~ '^[0-9]([.,][0-9]+)?[Ee][+][0-9]{1,3}$' THEN
        RETURN NULL;
    ELSIF lower(v_value COLLATE "C") ~ '^(urn:uuid:)?[{(]?[0-9a-f]{8}(-?)[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{12}[)}]?$' THEN
        v_value := regexp_replace(lower(v_value COLLATE "C"), '^urn:uuid:|[{}()]', '', 'g');
    END IF;

    -- A value nobody could index is not an identifier.
    RETURN CASE WHEN length(v_value) BETWEEN 1 AND 500 THEN v_value END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_id(text) IS
    'Comparable form of an identifier; NULL when it is absent or longer than 500 characters.';
