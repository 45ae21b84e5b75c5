-- The value of a list of identifiers that sorts first once normalised; NULL where none of them is one. form is email, phone or
-- document; everything else is an id. Raises nothing.

CREATE OR REPLACE FUNCTION c360._first_of_list(
    p_list    jsonb,
    p_form    text,
    p_country text,
    p_default text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN (
        SELECT min(
            CASE p_form
                WHEN 'email' THEN c360.normalise_email(c360._scalar(item.value))
                WHEN 'phone' THEN c360._own_phone(c360._scalar(item.value), p_country, p_default)
                WHEN 'document' THEN c360.normalise_document(c360._scalar(item.value))
                ELSE c360.normalise_id(c360._scalar(item.value))
            END COLLATE "C"
        )
        FROM jsonb_array_elements(p_list) AS item (value)
    );
END;
$$;

COMMENT ON FUNCTION c360._first_of_list(jsonb, text, text, text) IS
    'The identifier of a list that sorts first in its normalised form.';
